import { killChild } from "../harness/kill_child.ts";

/** How dteg is started: from source, or the binary. */
export type Dteg = (args: readonly string[], options: { readonly cwd: string }) => Promise<{
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}>;

const root = new URL("../../", import.meta.url).pathname;
/** What a call may take on a machine with other work; one that takes longer hangs. */
const LONGEST = 120_000;

/** A command that runs in an odd time zone, with its temporary files and records in the folder that it is called in. */
function starter(command: readonly string[]): Dteg {
  return async (args, { cwd }) => {
    const [program, ...rest] = command;
    const child = new Deno.Command(program, {
      args: [...rest, ...args],
      cwd,
      env: { TZ: "America/St_Johns", HOME: cwd, DTEG_CACHE_DIR: cacheFolder(), NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const timer = setTimeout(() => killChild(child), LONGEST);
    const { code, stdout, stderr } = await child.output();
    clearTimeout(timer);
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code, stdout: out, stderr: err };
  };
}

function cacheFolder(): string {
  return `${Deno.env.get("TMPDIR") ?? "/tmp"}/dteg-contract-cache-${Deno.uid()}`;
}

/** dteg from source; of another tree where one is said. */
export const fromSource = (tree = root): Dteg =>
  starter([Deno.execPath(), "run", "-A", "--no-check", "--quiet", `${tree}main.ts`]);

/** The binary: what `./task test` built, or what DTEG_BIN names. */
export const fromBinary = (): Dteg => starter([Deno.env.get("DTEG_BIN") ?? `${root}dist/dteg`]);
