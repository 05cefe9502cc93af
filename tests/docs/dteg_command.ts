import { isFresh } from "../../deploy/binary/fresh.ts";
import { ROOT } from "./markdown_pages.ts";

/** What a script or a call left. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The words that start dteg: what DTEG_BIN names, else the binary that was built of these sources, else the sources. */
function dtegWords(): readonly string[] {
  const named = Deno.env.get("DTEG_BIN");
  if (named) return [named];
  const built = `${ROOT}dist/dteg`;
  return isFresh(built, ROOT.slice(0, -1))
    ? [built]
    : [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${ROOT}main.ts`];
}

/** Runs a shell script in a folder, where `dteg` is a command. */
export async function runScript(
  script: string,
  { folder, env = {} }: { readonly folder: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Ended> {
  const bin = await Deno.makeTempDir({ prefix: "dteg-docs-bin-" });
  try {
    const words = dtegWords().map((word) => `'${word}'`).join(" ");
    await Deno.writeTextFile(`${bin}/dteg`, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
    const child = new Deno.Command("sh", {
      args: ["-c", script],
      cwd: folder,
      clearEnv: true,
      env: { PATH: `${bin}:/usr/bin:/bin`, HOME: bin, DENO_DIR: Deno.env.get("DENO_DIR") ?? "", ...cacheOf(), ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    const { code, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(bin, { recursive: true });
  }
}

/** The caches of this user, so that HOME can be an empty folder. */
function cacheOf(): Record<string, string> {
  const home = Deno.env.get("HOME");
  if (!home) return {};
  return { XDG_CACHE_HOME: Deno.env.get("XDG_CACHE_HOME") ?? `${home}/.cache` };
}

/** Gives a test an empty folder, and removes it. */
export async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dteg-docs-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
