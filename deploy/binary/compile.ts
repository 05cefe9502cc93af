import type { Base } from "./denort.ts";

/** Compiles the bundle in the folder `app` to `output`. `base` is the runtime that the program is put behind. */
export async function compile(
  app: string,
  { compiler, base, output }: { readonly compiler: Base["compiler"]; readonly base: string; readonly output: string },
): Promise<void> {
  // --no-code-cache: else each start reads and writes a file in the temp folder that anyone may have planted
  const flags = ["--no-check", "--no-config", "--no-lock", "--no-code-cache", "-A", "--include", "."];
  const { success, stderr } = await new Deno.Command(compiler, {
    args: ["compile", ...flags, "-o", output, "main.js"],
    cwd: app, // no package.json above it, or all of node_modules is embedded
    env: { DENORT_BIN: base, DENO_NO_UPDATE_CHECK: "1" },
  }).output();
  if (!success) throw new Error(`deno compile failed: ${new TextDecoder().decode(stderr)}`);
}

/** What a command of the binary said, and how long it took. */
export interface Trial {
  readonly ok: boolean;
  readonly output: string;
  readonly seconds: number;
}

/** Runs the binary as a user who has nothing: no HOME, a cache folder of its own. */
export async function tryOut(
  binary: string,
  { args, cache }: { readonly args: readonly string[]; readonly cache: string },
): Promise<Trial> {
  const begin = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(binary, {
    args: [...args],
    clearEnv: true,
    env: { DTEG_CACHE_DIR: cache },
    signal: AbortSignal.timeout(60_000),
  }).output();
  const decoder = new TextDecoder();
  const output = `${decoder.decode(stdout)}${decoder.decode(stderr)}`.trim();
  return { ok: success, output, seconds: (performance.now() - begin) / 1000 };
}
