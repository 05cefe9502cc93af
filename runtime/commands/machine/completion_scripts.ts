/** A shell that can complete dteg's words. */
export type Shell = "bash" | "zsh" | "fish";

/**
 * A script for each shell. It asks `dteg __complete WORD…`, the last word being the one that is typed: each line is a candidate, with what
 * it is for after a tab. The line `:files` asks for files too, and a candidate that ends in `=` or `/` gets no space after it.
 */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion of dteg: source <(dteg completion bash)
_dteg() {
  local line="\${COMP_LINE:0:COMP_POINT}" word="" found candidate files="" words
  read -r -a words <<< "$line"
  case "$line" in *[[:space:]]) words+=("") ;; esac
  word="\${words[\${#words[@]}-1]}"
  COMPREPLY=()
  local before="\${word%"\${COMP_WORDS[COMP_CWORD]}"}"
  case "\${COMP_WORDS[COMP_CWORD]}" in =|:) before="$word" ;; esac
  while IFS= read -r found; do
    candidate="\${found%%$'\\t'*}"
    if [ "$candidate" = :files ]; then files=yes; continue; fi
    COMPREPLY+=("\${candidate#"$before"}")
  done < <("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r found; do COMPREPLY+=("$found"); done < <(compgen -f -- "\${word#"$before"}")
  fi
  if [ \${#COMPREPLY[@]} -eq 1 ]; then
    case "\${COMPREPLY[0]}" in *=) compopt -o nospace 2>/dev/null ;; esac
  fi
}
complete -F _dteg dteg
`,
  zsh: `#compdef dteg
# zsh completion of dteg: source <(dteg completion zsh)
_dteg() {
  local line candidate files
  local -a shown names
  while IFS= read -r line; do
    candidate="\${line%%$'\\t'*}"
    if [[ "$candidate" == :files ]]; then files=yes; continue; fi
    names+=("$candidate")
    if [[ "$line" == *$'\\t'* ]]; then shown+=("$candidate -- \${line#*$'\\t'}"); else shown+=("$candidate"); fi
  done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#names} )) && compadd -l -d shown -a names
  [[ -n "$files" ]] && _files
  return 0
}
if [[ "\${funcstack[1]}" == _dteg ]]; then _dteg "$@"; else compdef _dteg dteg; fi
`,
  fish: `# fish completion of dteg: dteg completion fish > ~/.config/fish/completions/dteg.fish
function __dteg_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c dteg -f -a '(__dteg_complete)'
`,
};
