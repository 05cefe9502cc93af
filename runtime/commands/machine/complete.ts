import type { Catalogue } from "../catalogue.ts";
import type { Command, Flag } from "../command.ts";
import { GLOBAL, VERSION } from "../flags.ts";
import { type Names, projectNames } from "./project_names.ts";

/** Something that may be typed, and what it is for. */
interface Candidate {
  readonly word: string;
  readonly what?: string;
}

/** What completion looks in. */
export interface CompleteOptions {
  readonly catalogue: Catalogue;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
}

type Asked = "connection" | "pipeline" | "stream" | "environment" | "files";

/** What the values of flags and arguments name, beside the words that their rows list. */
const FLAG_VALUES: Readonly<Record<string, readonly Asked[]>> = {
  from: ["connection", "files"],
  to: ["connection", "files"],
  on: ["connection", "files"],
  file: ["files"],
  config: ["files"],
  "env-file": ["files"],
  out: ["files"],
  stream: ["stream"],
  env: ["environment"],
};
const ARGUMENTS: Readonly<Record<string, readonly Asked[]>> = {
  run: ["pipeline", "files"],
  plan: ["pipeline", "files"],
  validate: ["pipeline", "files"],
  check: ["pipeline", "connection", "files"],
  discover: ["connection", "files"],
  preview: ["connection", "pipeline", "files"],
  init: ["files"],
};
const WORDS: Readonly<Record<string, readonly string[]>> = {
  completion: ["bash", "zsh", "fish"],
  connection: ["list", "test", "add"],
  diff: ["schema"],
  list: ["pipelines", "connections", "connectors"],
  runs: ["list", "show", "logs"],
  schema: ["pipeline", "project", "connections"],
  state: ["list", "show", "set", "reset", "rename", "export", "import"],
};
const WRITE_MODES = ["append", "replace", "merge"];

/** The lines that `dteg __complete WORD…` prints: the last word is the one that is typed. Reads files only. */
export async function complete(words: readonly string[], options: CompleteOptions): Promise<readonly string[]> {
  const typed = words.at(-1) ?? "", before = words.slice(0, -1);
  const found = await candidates(typed, before, options);
  const isFiles = found.some(({ word }) => word === ":files");
  const fit = found.filter(({ word }) => word !== ":files" && word.startsWith(typed));
  const lines = new Map(fit.map(({ word, what }) => [word, what === undefined ? word : `${word}\t${what}`]));
  return [...lines.values(), ...(isFiles ? [":files"] : [])];
}

async function candidates(
  typed: string,
  before: readonly string[],
  options: CompleteOptions,
): Promise<readonly Candidate[]> {
  const { catalogue } = options;
  const name = before.find((word) => Object.hasOwn(catalogue, word));
  const command = name === undefined ? undefined : await catalogue[name]();
  const flags = [...(command?.flags ?? [VERSION]), ...Object.values(GLOBAL)];
  const joined = /^--([\w-]+)=/.exec(typed);
  if (joined) {
    const flag = flags.find((one) => one.name === joined[1]);
    const values = flag ? await valuesOf(flag, options) : [];
    return values.map(({ word, what }) => word === ":files" ? { word } : { word: `${joined[0]}${word}`, what });
  }
  const last = flags.find((flag) =>
    before.at(-1) === `--${flag.name}` || flag.short && before.at(-1) === `-${flag.short}`
  );
  if (last?.value) return await valuesOf(last, options);
  if (typed.startsWith("-")) return flags.map((flag) => ({ word: `--${flag.name}`, what: flag.summary }));
  if (!command) return await commandWords(catalogue);
  return await argumentsOf(command, before.slice(before.indexOf(command.name) + 1), options);
}

async function commandWords(catalogue: Catalogue): Promise<readonly Candidate[]> {
  const all = await Promise.all(Object.values(catalogue).map((load) => load()));
  return all.map(({ name, summary }) => ({ word: name, what: summary }));
}

async function valuesOf(flag: Flag, options: CompleteOptions): Promise<readonly Candidate[]> {
  const words = flag.choices ?? (flag.name === "write" ? WRITE_MODES : []);
  return [...words.map((word) => ({ word })), ...await named(FLAG_VALUES[flag.name] ?? [], options)];
}

async function argumentsOf(
  { name }: Command,
  given: readonly string[],
  options: CompleteOptions,
): Promise<readonly Candidate[]> {
  const plain = given.filter((word) => !word.startsWith("-"));
  if (name === "help") return await commandWords(options.catalogue);
  if (name === "connection" && plain[0] === "test") return await named(["connection"], options);
  if (name === "diff" && plain.length > 0) return await named(["connection", "files"], options);
  if (name === "undo") return plain.length === 0 ? [{ word: "last" }] : await named(["stream"], options);
  if (name === "state" && plain.length > 0) return await stateNames(plain, options);
  const words = plain.length === 0 ? WORDS[name] ?? [] : [];
  return [...words.map((word) => ({ word })), ...await named(ARGUMENTS[name] ?? [], options)];
}

/** `state ACTION PIPELINE STREAM`; `import` takes a file. */
async function stateNames(plain: readonly string[], options: CompleteOptions): Promise<readonly Candidate[]> {
  if (plain[0] === "import") return await named(["files"], options);
  const isPipeline = plain.length === 1 || plain[0] === "list" || plain[0] === "rename";
  return await named([isPipeline ? "pipeline" : "stream"], options);
}

async function named(asked: readonly Asked[], options: CompleteOptions): Promise<readonly Candidate[]> {
  if (asked.length === 0) return [];
  const names: Names = asked.some((one) => one !== "files")
    ? await projectNames(options)
    : { connection: [], pipeline: [], stream: [], environment: [] };
  return asked.flatMap((one): readonly Candidate[] =>
    one === "files" ? [{ word: ":files" }] : names[one].map((word) => ({ word, what: one }))
  );
}
