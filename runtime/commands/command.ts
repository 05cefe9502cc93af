import type { App } from "./app.ts";

/** A flag, declared once: parsing, help, the DTEG_ variable and docs come from this row. */
export interface Flag {
  /** Long name without dashes. */
  readonly name: string;
  readonly short?: string;
  readonly summary: string;
  /** Absent: the flag takes no value. Else what help prints in place of the value, as `FILE`. */
  readonly value?: string;
  /** The flag may stand several times; its value is a list. */
  readonly many?: boolean;
  /** The words that are allowed. */
  readonly choices?: readonly string[];
  /** Turns the text into a value, or throws an Error whose message says what was wanted: `a whole number from 1 up`. */
  readonly parse?: (text: string) => unknown;
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

/** What a command leaves: `text` goes to stdout for people, `result` and `summary` into the envelope of --json. */
export interface Outcome {
  readonly summary: string;
  readonly result: unknown;
  readonly text?: string;
  /** Exit code when it is not 0 although nothing was thrown; `error` then goes into the envelope. */
  readonly exit?: number;
  readonly error?: unknown;
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
