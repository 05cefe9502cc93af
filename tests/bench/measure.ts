/** What a command and all that it started took. */
export interface Measured {
  /** Wall time in seconds. */
  readonly seconds: number;
  /** CPU time in seconds. */
  readonly cpu: number;
  /** Highest resident memory of all processes together, in bytes. */
  readonly memory: number;
}

interface Process {
  readonly parent: number;
  readonly memory: number;
  readonly cpu: number;
}

const PAGE = 4096;
const TICKS = 100;

/** Where a command runs, and how often it is looked at, in milliseconds. */
export interface MeasureOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly every?: number;
}

/** Runs a command and watches its process tree in /proc. Throws when it fails. */
export async function measure(
  command: readonly string[],
  { cwd, env, every = 10 }: MeasureOptions = {},
): Promise<Measured> {
  const [program, ...args] = command;
  const began = performance.now();
  const child = new Deno.Command(program, { args, cwd, env, stdin: "null", stdout: "null", stderr: "piped" }).spawn();
  let memory = 0, cpu = 0;
  const look = () => {
    const usage = usageOf(child.pid);
    memory = Math.max(memory, usage.memory);
    cpu = Math.max(cpu, usage.cpu);
  };
  const timer = setInterval(look, every);
  const { code, stderr } = await child.output();
  clearInterval(timer);
  const seconds = (performance.now() - began) / 1000;
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  return { seconds, cpu, memory };
}

function usageOf(root: number): { readonly memory: number; readonly cpu: number } {
  const processes = new Map<number, Process>();
  for (const { name } of Deno.readDirSync("/proc")) {
    const pid = Number(name);
    const process = pid ? readProcess(pid) : undefined;
    if (process) processes.set(pid, process);
  }
  const inTree = (pid: number): boolean => {
    const parent = processes.get(pid)?.parent;
    return pid === root || (parent !== undefined && inTree(parent));
  };
  let memory = 0, cpu = 0;
  for (const [pid, process] of processes) {
    if (!inTree(pid)) continue;
    memory += process.memory;
    cpu += process.cpu;
  }
  return { memory, cpu };
}

/** A process by its line in /proc; nothing when it has just ended. */
function readProcess(pid: number): Process | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" "); // a name may hold blanks and parentheses
  const cpu = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) / TICKS;
  return { parent: Number(fields[1]), memory: Number(fields[21]) * PAGE, cpu };
}

/** The middle one. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The medians of several measurements. */
export function medianOf(all: readonly Measured[]): Measured {
  return {
    seconds: median(all.map(({ seconds }) => seconds)),
    cpu: median(all.map(({ cpu }) => cpu)),
    memory: median(all.map(({ memory }) => memory)),
  };
}
