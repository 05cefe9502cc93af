import { DtegError } from "../../sdk/mod.ts";
import type { LogLevel } from "../store/event.ts";
import { readLine } from "./read_line.ts";
import { allowsColour, makeStyle, type Style } from "./style.ts";

/** Where bytes go. `write` takes at least one byte and returns how many it took. */
export interface Sink {
  readonly isTty: boolean;
  write(bytes: Uint8Array): number;
}

/** How a line is read. */
export interface LineOptions {
  /** Nothing of it is shown. */
  readonly hidden?: boolean;
}

/** What a terminal is made of; tests hand in a false one. */
export interface Device {
  readonly out: Sink;
  readonly err: Sink;
  readonly inputIsTty: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** Columns of the screen; undefined without one. */
  width(): number | undefined;
  /** Lines of the screen; undefined without one. */
  height?(): number | undefined;
  /** The next line of standard input; undefined at its end. Rejects when the command is interrupted. */
  readLine(options?: LineOptions): Promise<string | undefined>;
}

export type LogFormat = "text" | "json";

/** What the flags say about output. */
export interface OutputSettings {
  /** Standard output is kept for the one object of --json. */
  readonly json: boolean;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly noColour: boolean;
  /** Errors only. */
  readonly quiet: boolean;
}

/** How a command speaks: results on standard output, all else on standard error. Writing is complete when a call returns. */
export interface Terminal extends OutputSettings {
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
  /** Colours for standard output. */
  readonly out: Style;
  /** Colours for standard error. */
  readonly err: Style;
  /** Columns to fit text into. */
  readonly width: number;
  /** Lines of the screen. */
  readonly height: number;
  /** A progress line may be drawn, and drawn over, on standard error. */
  readonly live: boolean;
  /** Whoever read standard output has gone; more rows for it are of no use. */
  readonly outClosed: boolean;
  /** Standard output, as it is. */
  write(text: string | Uint8Array): void;
  /** Standard error, as it is. */
  writeError(text: string): void;
  /** One log line on standard error, where the level allows it; `fields` show in the JSON form only. */
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Asks a person; undefined when there is none, that is, without a terminal. */
  ask(question: string, options?: LineOptions): Promise<string | undefined>;
  /** Asks yes or no; undefined without a terminal. An empty answer is no. */
  confirm(question: string): Promise<boolean | undefined>;
}

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const WIDTH_WITHOUT_SCREEN = 100;
const HEIGHT_WITHOUT_SCREEN = 24;

/** A terminal on a device. */
export function openTerminal(device: Device, settings: OutputSettings): Terminal {
  const { env, out, err } = device;
  const style = (sink: Sink) =>
    makeStyle({ colour: allowsColour({ isTty: sink.isTty, refused: settings.noColour, env }) });
  const outStyle = style(out), errStyle = style(err);
  const least = LEVELS.indexOf(settings.quiet ? "error" : settings.logLevel);
  const closed = { out: false, err: false };
  const put = (to: "out" | "err", text: string | Uint8Array) => {
    if (closed[to]) return;
    try {
      closed[to] = !writeAll(device[to], typeof text === "string" ? new TextEncoder().encode(text) : text);
    } catch (error) {
      if (to === "out") throw error;
      closed.err = true; // where standard error cannot be written there is nobody to tell
    }
  };
  const ask = async (question: string, { hidden = false }: LineOptions = {}) => {
    if (!device.inputIsTty || !err.isTty) return undefined;
    put("err", `${question} `);
    const line = await device.readLine({ hidden }) ?? "";
    if (!hidden) return line.trim();
    put("err", "\n");
    return line.replace(/[\r\n]+$/, ""); // a password may begin or end with a space
  };
  return {
    ...settings,
    outIsTty: out.isTty,
    errIsTty: err.isTty,
    out: outStyle,
    err: errStyle,
    get width() {
      return device.width() ?? (Number(env.COLUMNS) || WIDTH_WITHOUT_SCREEN);
    },
    get height() {
      return device.height?.() ?? (Number(env.LINES) || HEIGHT_WITHOUT_SCREEN);
    },
    live: err.isTty && env.TERM !== "dumb" && settings.logFormat === "text" && least <= LEVELS.indexOf("info"),
    get outClosed() {
      return closed.out;
    },
    write: (text) => put("out", text),
    writeError: (text) => put("err", text),
    log(level, message, fields = {}) {
      if (LEVELS.indexOf(level) < least) return;
      const line = settings.logFormat === "json"
        ? JSON.stringify({ at: new Date().toISOString(), level, message, ...fields })
        : logText(level, message, errStyle);
      put("err", `${line}\n`);
    },
    ask,
    async confirm(question) {
      const answer = await ask(`${question} [y/N]`);
      return answer === undefined ? undefined : /^y(es)?$/i.test(answer);
    },
  };
}

function logText(level: LogLevel, message: string, style: Style): string {
  if (level === "debug") return style.dim(message);
  if (level === "warn") return `${style.yellow("warning:")} ${message}`;
  return level === "error" ? `${style.red("error:")} ${message}` : message;
}

/** Writes all, also to a pipe that is full for now. False when the reader has gone. */
function writeAll(sink: Sink, bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length;) {
    try {
      at += sink.write(bytes.subarray(at));
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      if (error instanceof Deno.errors.BrokenPipe || code === "EPIPE") return false;
      if (error instanceof Deno.errors.WouldBlock || code === "EAGAIN") pause();
      else throw outputError(error, { full: code === "ENOSPC" });
    }
  }
  return true;
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}

function outputError(cause: unknown, { full }: { readonly full: boolean }): DtegError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DtegError(full ? "environment.disk_full" : "file.unreadable", `cannot write the output: ${reason}`, {
    hint: "check where the output is sent to",
    cause,
  });
}

/** The terminal of this process; a signal breaks off a question. */
export function processDevice(
  env: Readonly<Record<string, string>>,
  { signal }: { readonly signal: AbortSignal },
): Device {
  const sink = (stream: typeof Deno.stdout | typeof Deno.stderr): Sink => ({
    isTty: stream.isTerminal(),
    write: (bytes) => stream.writeSync(bytes),
  });
  const out = sink(Deno.stdout), err = sink(Deno.stderr);
  return {
    out,
    err,
    inputIsTty: Deno.stdin.isTerminal(),
    env,
    width: () => out.isTty || err.isTty ? Deno.consoleSize().columns || undefined : undefined,
    height: () => out.isTty || err.isTty ? Deno.consoleSize().rows || undefined : undefined,
    readLine: (options) => readLine(options, { signal }),
  };
}
