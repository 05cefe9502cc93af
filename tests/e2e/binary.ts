/** The binary under test: what `./task test` built, or what DTEG_BIN names. */
export function binaryPath(): string {
  return Deno.env.get("DTEG_BIN") ?? new URL("../../dist/dteg", import.meta.url).pathname;
}

export interface CallOptions {
  readonly cwd?: string;
  /** All of the environment; PATH is added. */
  readonly env?: Readonly<Record<string, string>>;
  /** Run as this user and group; only root can. */
  readonly uid?: number;
  readonly binary?: string;
  /** Standard input; none where it is absent. */
  readonly input?: string | Uint8Array;
}

export interface Call {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** Highest resident memory that was seen, in MB. */
  readonly megabytes: number;
}

/** Starts the binary with a bare environment, as a user would. */
export function start(args: readonly string[], options: CallOptions = {}): Deno.ChildProcess {
  const { cwd, env = {}, uid, binary = binaryPath(), input } = options;
  return new Deno.Command(binary, {
    args: [...args],
    cwd,
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", ...env },
    ...(uid !== undefined && { uid, gid: uid }),
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs the binary to its end. */
export async function call(args: readonly string[], options: CallOptions = {}): Promise<Call> {
  const { input } = options;
  const begin = performance.now();
  const child = start(args, options);
  const peak = watchMemory(child.pid);
  const fed = input === undefined ? undefined : feed(child, input);
  const { code, stdout, stderr } = await child.output();
  await fed;
  const seconds = (performance.now() - begin) / 1000;
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr), seconds, megabytes: await peak };
}

/** Sends the input; a process may end before it has read all. */
async function feed({ stdin }: Deno.ChildProcess, input: string | Uint8Array): Promise<void> {
  try {
    await new Blob([input as BlobPart]).stream().pipeTo(stdin);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Asks again until the process has ended. */
async function watchMemory(pid: number): Promise<number> {
  let peak = 0;
  for (;;) {
    let status: string;
    try {
      status = Deno.readTextFileSync(`/proc/${pid}/status`);
    } catch {
      return peak;
    }
    const kilobytes = /VmHWM:\s+(\d+)/.exec(status);
    if (!kilobytes) return peak; // a zombie has no memory
    peak = Math.max(peak, Number(kilobytes[1]) / 1000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Gives a test a folder that anyone may enter, and removes it. */
export async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dteg-e2e-" });
  await Deno.chmod(folder, 0o755);
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
