import type { App } from "./app.ts";

/** A flag, declared once: parsing, help, the DTEG_ variable and docs come from this row. `T` is the type of its value. */
export interface Flag<T = unknown> {
  /** Long name without dashes. */
  readonly name: string;
  readonly short?: string;
  readonly summary: string;
  /** Absent: the flag takes no value. Else what help prints in place of the value, as `FILE`. */
  readonly value?: string;
  /** The flag may stand several times; its value is a list, and lists that `parse` gives are joined. */
  readonly many?: boolean;
  /** The words that are allowed. */
  readonly choices?: readonly string[];
  /** Turns the text into a value, or throws an Error whose message says what was wanted: `wanted a whole number from 1 up`. */
  readonly parse?: (text: string) => T;
  /** What help prints as the default. */
  readonly default?: string;
}

/** A positional argument. */
export interface Argument {
  /** As usage prints it: `FILE`. */
  readonly name: string;
  readonly summary: string;
  readonly required?: boolean;
  readonly many?: boolean;
}

/** A command line that help and docs print, and a test runs. */
export interface Example {
  readonly line: string;
  readonly what: string;
}

/** What was typed, after checks. Values of flags are what their `parse` gave; a flag without value is true. */
export interface Input {
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
}

/** The value of a flag; undefined when neither the line nor the environment has it. */
export function flagValue<T>(input: Input, flag: Flag<T>): T | undefined {
  return input.flags[flag.name] as T | undefined;
}

/** What a command leaves. */
export interface Outcome {
  /** One sentence for the envelope of --json. */
  readonly summary: string;
  /** The `result` of the envelope. */
  readonly result: unknown;
  /** What the command tells a person, on standard output; `--quiet` leaves it out. */
  readonly text?: string;
  /** What was asked for, on standard output, also with `--quiet`: the rows of a query, a schema. */
  readonly output?: string;
  /** Goes into the envelope and onto standard error although nothing was thrown: a run that failed has a result too. */
  readonly error?: unknown;
  /** Exit code; by default 0, or that of `error`. */
  readonly exit?: number;
}

/** A verb of dteg. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly group: "project" | "data" | "inspect";
  /** Longer text of its help page. */
  readonly details?: string;
  readonly args: readonly Argument[];
  readonly flags: readonly Flag[];
  readonly examples: readonly Example[];
  run(app: App, input: Input): Promise<Outcome>;
}
