import { duckdbConnector } from "../../plugins/duckdb/mod.ts";
import { fileConnector } from "../../plugins/file/mod.ts";
import { mysqlConnector } from "../../plugins/mysql/mod.ts";
import { postgresConnector } from "../../plugins/postgres/mod.ts";
import { COMMANDS } from "../../runtime/commands/catalogue.ts";
import type { Command } from "../../runtime/commands/command.ts";
import { dispatch, type Envelope, type Platform } from "../../runtime/commands/dispatch.ts";
import type { Device, Sink } from "../../runtime/commands/terminal.ts";
import { openRunStore } from "../../runtime/store/run_store.ts";

/** What a line printed, and how it ended. */
export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export interface Setting {
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly tty?: boolean;
  readonly signal?: AbortSignal;
  /** Commands of the test beside the real ones. */
  readonly commands?: readonly Command[];
  /** Lines that a person types. */
  readonly answers?: readonly string[];
  readonly width?: number;
}

/** A sink that keeps what it gets; it takes a few bytes at a time, as a full pipe does. */
export function keepingSink({ isTty = false }: { readonly isTty?: boolean } = {}): Sink & { text(): string } {
  const kept: number[] = [];
  return {
    isTty,
    write(bytes) {
      const taken = bytes.subarray(0, 1000);
      kept.push(...taken);
      return taken.length;
    },
    text: () => new TextDecoder().decode(new Uint8Array(kept)),
  };
}

/** Runs a line through the real dispatch, in this process. */
export async function runLine(words: readonly string[], setting: Setting = {}): Promise<Ran> {
  const { env = {}, tty = false, folder = "/nowhere", commands = [], answers = [], signal } = setting;
  const out = keepingSink({ isTty: tty }), err = keepingSink({ isTty: tty });
  const lines = [...answers];
  const device: Device = {
    out,
    err,
    env,
    inputIsTty: tty,
    width: () => tty ? setting.width ?? 80 : undefined,
    readLine: () => Promise.resolve(lines.shift()),
  };
  const platform: Platform = {
    version: "1.2.3",
    env,
    device,
    folder: () => folder,
    signal: signal ?? new AbortController().signal,
    commands: { ...COMMANDS, ...Object.fromEntries(commands.map((one) => [one.name, () => Promise.resolve(one)])) },
    connectors: () => Promise.resolve([fileConnector, duckdbConnector, postgresConnector, mysqlConnector]),
    store: () => Promise.resolve(openRunStore(folder)),
  };
  const exit = await dispatch(words, platform);
  return { exit, out: out.text(), err: err.text() };
}

/** Runs a line with --json and reads its one object. */
export async function runJson(words: readonly string[], setting: Setting = {}): Promise<Ran & { envelope: Envelope }> {
  const ran = await runLine([...words, "--json"], setting);
  return { ...ran, envelope: JSON.parse(ran.out) };
}

/** A command for tests. */
export function fakeCommand(parts: Partial<Command> & Pick<Command, "run">): Command {
  return { name: "probe", summary: "Probe", group: "inspect", args: [], flags: [], examples: [], ...parts };
}
