import { DtegError, nearest } from "../../../sdk/mod.ts";
import type { Command, Outcome } from "../command.ts";
import { COMPLETION_SCRIPTS, type Shell } from "./completion_scripts.ts";

const SHELLS = Object.keys(COMPLETION_SCRIPTS) as readonly Shell[];

/** `dteg completion SHELL`: a script that lets a shell complete dteg's words. */
export const completion: Command = {
  name: "completion",
  summary: "Print a script that lets bash, zsh or fish complete commands, flags and names",
  group: "project",
  details:
    "The shell then completes commands, flags, their values, files, and the names of the project's connections, pipelines and " +
    "streams. It reads the project's files only and connects to nothing.\n" +
    "bash: add to ~/.bashrc: source <(dteg completion bash)\n" +
    "zsh: add to ~/.zshrc, after compinit: source <(dteg completion zsh)\n" +
    "fish: dteg completion fish > ~/.config/fish/completions/dteg.fish",
  args: [{ name: "SHELL", summary: "bash, zsh or fish", required: true }],
  flags: [],
  examples: [
    { line: "dteg completion bash > dteg.bash", what: "the script; `source dteg.bash` uses it in this shell" },
    { line: "dteg completion fish", what: "that of fish" },
  ],
  run(_app, { args: [word] }): Promise<Outcome> {
    const shell = SHELLS.find((known) => known === word);
    if (!shell) return Promise.reject(unknownShell(word));
    const script = COMPLETION_SCRIPTS[shell];
    return Promise.resolve({ summary: `completion for ${shell}`, result: { shell, script }, output: script });
  },
};

function unknownShell(word: string): DtegError {
  const close = nearest(word, SHELLS);
  return new DtegError("argument.invalid", `completion does not know the shell ${JSON.stringify(word)}`, {
    hint: close ? `did you mean ${close}?` : `wanted ${SHELLS.join(", ")}`,
  });
}
