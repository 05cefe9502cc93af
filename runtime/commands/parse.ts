import { DtegError, nearest } from "../../sdk/mod.ts";
import { hidePasswords } from "../config/url.ts";
import type { Command, Flag, Input } from "./command.ts";
import { FLAGS, GLOBAL, VERSION } from "./flags.ts";

/** What a line says, and all that is wrong with it. */
export interface Parsed {
  readonly input: Input;
  readonly errors: readonly DtegError[];
}

/** What a line is parsed against. */
export interface Grammar {
  readonly flags: readonly Flag[];
  readonly env: Readonly<Record<string, string>>;
  /** The command whose line it is; none before any. */
  readonly command?: string;
}

interface Given {
  readonly flag: Flag;
  /** `--threads` or `DTEG_THREADS`, for messages. */
  readonly label: string;
  readonly text: string;
}

interface Word {
  readonly label: string;
  readonly text?: string;
}

/** The name of a flag's environment variable. */
export function variableOf(flag: Flag): string {
  return `DTEG_${flag.name.toUpperCase().replaceAll("-", "_")}`;
}

/** A word of the line as messages quote it, without the password of a URL. */
export function quoteWord(word: string): string {
  return JSON.stringify(hidePasswords(word));
}

/** Takes the command out of the words: the first one that is neither a flag nor a flag's value. */
export function splitCommand(words: readonly string[]): { readonly name?: string; readonly rest: readonly string[] } {
  const known = [...Object.values(GLOBAL), VERSION, ...Object.values(FLAGS)];
  for (let at = 0; at < words.length && words[at] !== "--"; at++) {
    if (!isFlag(words[at])) return { name: words[at], rest: words.toSpliced(at, 1) };
    const flag = known.find((flag) => words[at] === `--${flag.name}` || flag.short && words[at] === `-${flag.short}`);
    if (flag?.value) at++;
  }
  return { rest: words };
}

/** Reads flags and arguments: a flag beats its environment variable. Finds every fault, throws none. */
export function parseWords(words: readonly string[], { flags, env, command }: Grammar): Parsed {
  const given: Given[] = [], args: string[] = [], errors: DtegError[] = [];
  const add = (flag: Flag | undefined, { label, text }: Word, next: string | undefined): boolean => {
    const takesNext = flag?.value !== undefined && text === undefined && next !== undefined && !isFlag(next);
    if (!flag) errors.push(unknownFlag(label, { flags, command }));
    else if (!flag.value && text !== undefined) errors.push(noValue(label, text));
    else if (flag.value && text === undefined && !takesNext) errors.push(missingValue(flag, label));
    else given.push({ flag, label, text: text ?? (takesNext ? next : "true") });
    return takesNext;
  };
  const find = (name: string) => flags.find((flag) => flag.name === name);
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === "--") {
      args.push(...words.slice(at + 1));
      break;
    }
    if (!isFlag(word)) args.push(word);
    else if (word.startsWith("--")) {
      const [name, text] = cut(word.slice(2));
      if (add(find(name), { label: `--${name}`, text }, words[at + 1])) at++;
    } else if (shortFlags(word, { flags, add, next: words[at + 1] })) at++;
  }
  const values = { ...collect(fromEnvironment({ flags, env }, given), errors), ...collect(given, errors) };
  return { input: { args, flags: values }, errors };
}

/** `-v`, `-qy`, `-c FILE`, `-cFILE`, `-c=FILE`. True when the next word was taken. */
function shortFlags(word: string, { flags, add, next }: {
  readonly flags: readonly Flag[];
  readonly add: (flag: Flag | undefined, word: Word, next: string | undefined) => boolean;
  readonly next: string | undefined;
}): boolean {
  for (let at = 1; at < word.length; at++) {
    const flag = flags.find((flag) => flag.short === word[at]);
    const label = `-${word[at]}`, rest = word.slice(at + 1);
    if (flag?.value || rest.startsWith("=")) {
      return add(flag, { label, ...(rest && { text: rest.replace(/^=/, "") }) }, next);
    }
    add(flag, { label }, undefined);
    if (!flag) return false;
  }
  return false;
}

/** Turns texts into values, by the flag's name. */
function collect(given: readonly Given[], errors: DtegError[]): Record<string, unknown> {
  const values: Record<string, unknown> = {}, texts = new Map<string, string>();
  for (const { flag, label, text } of given) {
    const before = texts.get(flag.name);
    if (!flag.many && before !== undefined && before !== text) errors.push(givenTwice({ flag, label, text }, before));
    texts.set(flag.name, text);
    try {
      const value = valueOf(flag, text);
      values[flag.name] = flag.many ? [values[flag.name] ?? [], value].flat() : value;
    } catch (error) {
      errors.push(badValue({ flag, label, text }, error));
    }
  }
  return values;
}

function fromEnvironment({ flags, env }: Grammar, given: readonly Given[]): readonly Given[] {
  const free = flags.filter((flag) => !given.some((other) => other.flag === flag) && flag !== GLOBAL.help);
  return free.flatMap((flag) => {
    const text = env[variableOf(flag)]; // an empty variable is no variable
    return text ? [{ flag, label: variableOf(flag), text }] : [];
  });
}

function valueOf(flag: Flag, text: string): unknown {
  if (flag.choices && !flag.choices.includes(text)) throw new Error(`wanted one of ${flag.choices.join(", ")}`);
  if (flag.parse) return flag.parse(text);
  if (flag.value) return text;
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off)$/i.test(text)) return false;
  throw new Error("wanted true or false");
}

/** The faults of a command's arguments. */
export function argumentErrors(command: Command, args: readonly string[]): readonly DtegError[] {
  const [example] = command.examples;
  const help = `see \`dteg help ${command.name}\``;
  const hint = example ? `for example: ${example.line}; ${help}` : help;
  const missing = command.args.filter((argument, at) => argument.required && args[at] === undefined);
  const extra = command.args.some((argument) => argument.many) ? [] : args.slice(command.args.length);
  return [
    ...missing.map(({ name, summary }) =>
      new DtegError("argument.missing", `${command.name} lacks ${name}: ${summary}`, { hint })
    ),
    ...extra.map((word) =>
      new DtegError("argument.unexpected", `${command.name} does not take the argument ${quoteWord(word)}`, {
        hint: help,
      })
    ),
  ];
}

function isFlag(word: string): boolean {
  return word.startsWith("-") && word !== "-" && !/^-\.?\d/.test(word); // -5 is a number
}

function cut(word: string): readonly [string, string?] {
  const at = word.indexOf("=");
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function unknownFlag(label: string, { flags, command }: Pick<Grammar, "flags" | "command">): DtegError {
  const close = label.startsWith("--") ? nearest(label.slice(2), flags.map((flag) => flag.name)) : undefined;
  const elsewhere = Object.values(FLAGS).some((flag) => label === `--${flag.name}`);
  const own = `\`dteg help${command ? ` ${command}` : ""}\` shows those that ${command ?? "dteg"} has`;
  return new DtegError("usage", `${command ?? "dteg"} has no flag ${label}`, {
    hint: close ? `did you mean --${close}?` : elsewhere ? `other commands have it; ${own}` : own,
  });
}

function noValue(label: string, text: string): DtegError {
  return new DtegError("flag.invalid", `${label} takes no value: ${quoteWord(text)} was given`, {
    hint: `write ${label} alone`,
  });
}

function missingValue(flag: Flag, label: string): DtegError {
  return new DtegError("flag.missing_value", `${label} lacks its value: ${flag.value}`, {
    hint: `write ${label} ${flag.value}; of a value that begins with a dash, ${label}=${flag.value}`,
  });
}

function givenTwice({ label, text }: Given, before: string): DtegError {
  return new DtegError("flag.conflict", `${label} is given twice: ${quoteWord(before)} and ${quoteWord(text)}`, {
    hint: "leave one out",
  });
}

function badValue({ flag, label, text }: Given, error: unknown): DtegError {
  const thrown = DtegError.from(error);
  if (thrown.code === "usage") return new DtegError("usage", `${label}: ${thrown.message}`, { hint: thrown.hint });
  const close = flag.choices && nearest(text, flag.choices);
  const about = `${label} ${flag.value ?? ""}`.trimEnd() + `: ${flag.summary[0].toLowerCase()}${flag.summary.slice(1)}`;
  return new DtegError("flag.invalid", `${label} ${quoteWord(text)}: ${thrown.message}`, {
    hint: close ? `did you mean ${close}?` : thrown.hint ?? about,
    cause: error,
  });
}
