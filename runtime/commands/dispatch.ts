import { DtegError } from "../../sdk/mod.ts";
import type { App } from "./app.ts";
import { loadCommand } from "./catalogue.ts";
import { type Command, flagValue, type Input, type Outcome } from "./command.ts";
import { errorReport } from "../store/error_report.ts";
import { errorText } from "./error_text.ts";
import { exitCode } from "./exit_code.ts";
import { GLOBAL, VERSION } from "./flags.ts";
import { argumentErrors, parseWords, splitCommand } from "./parse.ts";
import { type Device, openTerminal, type OutputSettings, type Terminal } from "./terminal.ts";

/** What main.ts hands over. */
export interface Platform extends Omit<App, "terminal" | "folder"> {
  readonly device: Device;
  /** Throws when the current folder is gone. */
  folder(): string;
}

/** The envelope of --json. */
export interface Envelope {
  readonly command: string;
  readonly ok: boolean;
  readonly summary: string;
  readonly result: unknown;
  readonly error: unknown;
}

/** A command line that was read. */
interface Line {
  readonly name: string;
  readonly command?: Command;
  readonly input: Input;
  readonly errors: readonly DtegError[];
}

const SHOWN = 100;

/** Runs one command line and gives its exit code. */
export async function dispatch(words: readonly string[], platform: Platform): Promise<number> {
  const line = await readLine(words, platform);
  const terminal = openTerminal(platform.device, outputSettings(line.input));
  const outcome = await perform(line, { platform, terminal });
  const error = outcome.error === undefined ? undefined : asError(outcome.error, platform.signal);
  const exit = outcome.exit ?? (error ? exitCode(error, { signal: platform.signal.reason }) : 0);
  const unwritten = print({ ...outcome, error }, { command: line.name, exit, terminal });
  for (const one of [error, unwritten]) if (one) printError(one, terminal);
  return exit || (unwritten ? exitCode(unwritten) : 0);
}

/** Finds the command and reads its flags. A line at fault still says how its error is to be shown. */
async function readLine(words: readonly string[], { env, commands, signal }: Platform): Promise<Line> {
  const { name: typed, rest } = splitCommand(words);
  const global = Object.values(GLOBAL);
  if (typed === undefined) {
    const { input, errors } = parseWords(rest, { flags: [...global, VERSION], env });
    const name = flagValue(input, VERSION) && !flagValue(input, GLOBAL.help) ? "version" : "help";
    return { name, command: await loadCommand(name, commands), input, errors };
  }
  try {
    const command = await loadCommand(typed, commands);
    const { input, errors } = parseWords(rest, { flags: [...global, ...command.flags], env, command: command.name });
    const help = flagValue(input, GLOBAL.help);
    return {
      name: command.name,
      command,
      input: help && command.name === "help" ? { ...input, args: ["help"] } : input,
      errors: help ? [] : [...errors, ...argumentErrors(command, input.args)],
    };
  } catch (error) {
    const { input } = parseWords(rest, { flags: global, env });
    return { name: typed, input, errors: [asError(error, signal)] };
  }
}

function outputSettings(input: Input): OutputSettings {
  return {
    json: flagValue(input, GLOBAL.json) ?? false,
    quiet: flagValue(input, GLOBAL.quiet) ?? false,
    noColour: flagValue(input, GLOBAL.noColor) ?? false,
    logFormat: flagValue(input, GLOBAL.logFormat) ?? "text",
    logLevel: flagValue(input, GLOBAL.logLevel) ?? (flagValue(input, GLOBAL.verbose) ? "debug" : "info"),
  };
}

async function perform(line: Line, { platform, terminal }: {
  readonly platform: Platform;
  readonly terminal: Terminal;
}): Promise<Outcome> {
  const { command, input, errors: [first, ...others] } = line;
  try {
    if (first || !command) throw first.with({ others });
    const { version, env, signal, commands, connectors, store } = platform;
    const app: App = { version, env, signal, commands, connectors, store, terminal, folder: platform.folder() };
    if (!flagValue(input, GLOBAL.help) || command.name === "help") return await command.run(app, input);
    return await (await loadCommand("help", commands)).run(app, { args: [command.name], flags: input.flags });
  } catch (error) {
    const fault = asError(error, platform.signal);
    return { summary: fault.message, result: null, error: fault };
  }
}

/** What was thrown, as an error; after a signal, what the signal broke off is `cancelled`. */
function asError(thrown: unknown, signal: AbortSignal): DtegError {
  if (thrown instanceof DtegError) return thrown;
  if (signal.aborted) return new DtegError("cancelled", `interrupted by ${signal.reason}`, { cause: thrown });
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new DtegError("internal", `a fault of dteg itself: ${reason}`, {
    hint: "please report it; with -v it says where it happened",
    cause: thrown,
  });
}

/** Writes to standard output; what it cannot write, it returns as an error. */
function print(outcome: Outcome & { readonly error?: DtegError }, { command, exit, terminal }: {
  readonly command: string;
  readonly exit: number;
  readonly terminal: Terminal;
}): DtegError | undefined {
  const { summary, result, text, output, error } = outcome;
  const envelope: Envelope = { command, ok: exit === 0, summary, result, error: error ? allReports(error) : null };
  const shown = terminal.quiet ? [output] : [output, text];
  const lines = terminal.json ? [JSON.stringify(envelope)] : shown.filter((part) => part !== undefined);
  try {
    for (const part of lines) terminal.write(part === "" || part.endsWith("\n") ? part : `${part}\n`);
  } catch (thrown) {
    return DtegError.from(thrown);
  }
}

function allReports(error: DtegError): unknown {
  const others = error.others.slice(0, SHOWN).map(errorReport);
  return { ...errorReport(error), ...(others.length && { others }) };
}

function printError(error: DtegError, terminal: Terminal): void {
  const stack = error.cause instanceof Error ? error.cause.stack : error.stack;
  const isBug = error.code === "internal" && terminal.logLevel === "debug" && stack;
  if (terminal.logFormat === "json") {
    for (const one of [error, ...error.others]) terminal.log("error", one.message, { error: errorReport(one) });
    if (isBug) terminal.log("error", "where it happened", { stack });
    return;
  }
  terminal.writeError(errorText(error, terminal.err, terminal.errIsTty ? { width: terminal.width } : {}));
  if (isBug) terminal.writeError(`${terminal.err.dim(stack)}\n`);
}
