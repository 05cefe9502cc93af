import { parse } from "yaml";
import type { Block, Page } from "./markdown_pages.ts";

const MARKS = ["no-run", "no-check", "fails"];

/** Blocks that a page shows without a test. */
export function untested({ blocks }: Page): readonly Block[] {
  return blocks.filter(({ words }) => words.includes("no-run") || words.includes("no-check"));
}

/**
 * A shell script of all that a page asks to be done, in its order: `sh` blocks run; `sh fails` blocks must end with an error; a `yaml`
 * block is written to the file that its first line names, and validated.
 */
export function pageScript({ path, blocks }: Page): string {
  const parts = blocks.flatMap((block) => {
    const { line, language, words, text } = block;
    const odd = words.find((word) => !MARKS.includes(word));
    if (odd !== undefined) throw new Error(`${path}:${line}: there is no mark ${odd}; there are ${MARKS.join(", ")}`);
    if (words.includes("no-run") || words.includes("no-check")) return [];
    if (language === "yaml") return [`line=${line}\n${yamlScript(block, path)}`];
    if (language !== "sh") return [];
    if (words.includes("fails")) {
      return [`line=${line}\nif (\n${text}\n); then echo "it was to fail" >&2; exit 97; fi\n`];
    }
    return [`line=${line}\n${text}`];
  });
  const trap = `trap 'code=$?; [ $code = 0 ] || echo "${path}:$line: the block ended with $code" >&2' EXIT\n`;
  return `set -e\n${trap}${parts.join("\n")}`;
}

function yamlScript({ line, text }: Block, path: string): string {
  const name = /^# ([\w/.-]+\.yaml)$/m.exec(text.split("\n")[0])?.[1];
  if (!name) throw new Error(`${path}:${line}: the first line of a yaml block names its file, as "# orders.yaml"`);
  const write = (file: string, content: string) => `cat > ${file} <<'END_OF_FILE'\n${content}END_OF_FILE\n`;
  if (name !== "connections.yaml") return `${write(name, text)}dteg validate ${name}\n`;
  const connections = Object.keys(parse(text));
  const probe = (connection: string) =>
    `version: 1\nsource: { connection: ${connection} }\nstreams: [any]\ndestination: csv://-\n`;
  return [
    "mkdir -p probe\n( cd probe\n",
    write("dteg.yaml", "version: 1\n"),
    write("connections.yaml", text),
    ...connections.map((connection) =>
      `${write(`${connection}.yaml`, probe(connection))}dteg validate ${connection}.yaml\n`
    ),
    ")\n",
  ].join("");
}
