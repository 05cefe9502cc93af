import assert from "node:assert/strict";
import type { StreamReport } from "../../runtime/store/event.ts";
import { call, type CallOptions, inFolder, start } from "./binary.ts";

/** What one load left. */
export interface Loaded {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  readonly megabytes: number;
}

/** A person with the binary and a folder. */
export interface User {
  readonly folder: string;
  write(name: string, content: string | Uint8Array): void;
  read(name: string): string;
  /** Names in a folder, hidden ones too, sorted. */
  list(name?: string): string[];
  dteg(args: readonly string[], options?: CallOptions): Promise<Loaded>;
  /** A load that must go well; the result is its only stream's report. */
  load(args: readonly string[], options?: CallOptions): Promise<StreamReport>;
  /** A load that must fail: its code, and that message and hint are there. */
  fails(args: readonly string[], options?: CallOptions): Promise<{ code: string; exit: number; message: string }>;
  /** Lines of a query's CSV, without the header. */
  rows(sql: string, on?: string): Promise<string[]>;
  start(args: readonly string[]): Deno.ChildProcess;
  /** What no run may leave behind, anywhere in the folder. */
  debris(): string[];
}

/** Runs a test in a folder of its own; temporary files and the record of runs have places beside it. */
export function asUser(test: (user: User) => Promise<void>): Promise<void> {
  return inFolder(async (whole) => {
    const folder = `${whole}/work`, temp = `${whole}/tmp`, home = `${whole}/home`;
    for (const path of [folder, temp, home]) await Deno.mkdir(path);
    const env = { TMPDIR: temp, HOME: home, DTEG_CACHE_DIR: cacheFolder() };
    const withEnv = (options: CallOptions = {}) => ({ cwd: folder, ...options, env: { ...env, ...options.env } });
    const dteg: User["dteg"] = (args, options) => call(args, withEnv(options));
    await test({
      folder,
      write: (name, content) => {
        const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
        Deno.mkdirSync(`${folder}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
        Deno.writeFileSync(`${folder}/${name}`, bytes);
      },
      read: (name) => Deno.readTextFileSync(`${folder}/${name}`),
      list: (name = "") => [...Deno.readDirSync(`${folder}/${name}`)].map((entry) => entry.name).sort(),
      dteg,
      async load(args, options) {
        const { code, stdout, stderr } = await dteg(["run", ...args, "--json"], options);
        assert.equal(code, 0, stdout + stderr);
        return JSON.parse(stdout).result.pipelines[0].streams[0];
      },
      async fails(args, options) {
        const { code, stdout, stderr } = await dteg([...args, "--json"], options);
        assert.notEqual(code, 0, `${args.join(" ")} went well`);
        const { error } = JSON.parse(stdout);
        assert.ok(!/ {4}at |undefined|\[object|\p{Cc}/u.test(error.message.replaceAll("\n", " ")), error.message);
        assert.ok(stderr.length < 10_000);
        return { code: error.code, exit: code, message: error.message };
      },
      async rows(sql, on) {
        const { code, stdout, stderr } = await dteg(["query", sql, ...(on ? ["--on", on] : []), "--format", "csv"]);
        assert.equal(code, 0, stderr);
        return stdout.trimEnd().split("\n").slice(1);
      },
      start: (args) => start(args, withEnv()),
      debris: () => [...debrisIn(folder), ...debrisIn(temp)],
    });
  });
}

/** Where the binary keeps what it unpacks; one for all tests. */
export function cacheFolder(): string {
  return `${Deno.env.get("TMPDIR") ?? "/tmp"}/dteg-e2e-cache-${Deno.uid()}`;
}

function debrisIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (/^dteg-run-|^\._dteg_|\.tmp$/.test(name)) return [path];
    return isDirectory ? debrisIn(path) : [];
  });
}
