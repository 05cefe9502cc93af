/** Which process wrote a run. A pid alone is not enough: the system uses it again, and containers each count their own. */
export interface ProcessMark {
  readonly pid: number;
  /** Clock ticks from the machine's start to the process's. */
  readonly start: string;
  /** The machine's present boot and the process's pid namespace. */
  readonly space: string;
}

/** What can be said of another process; `unknown` when it counts pids elsewhere, as in another container. */
export type Life = "alive" | "gone" | "unknown";

/** The mark of this process. */
export function thisProcess(): ProcessMark {
  return { pid: Deno.pid, start: startOf("self") ?? "", space: pidSpace() };
}

/** Whether the process of a mark still runs. */
export function lifeOf(mark: ProcessMark): Life {
  if (mark.space !== pidSpace()) return "unknown";
  return startOf(String(mark.pid)) === mark.start ? "alive" : "gone";
}

/** Field 22 of /proc/PID/stat; undefined when there is no such process, or only what is left of a dead one. */
function startOf(pid: string): string | undefined {
  let stat: string;
  try {
    stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || isNoSuchProcess(error)) return undefined;
    throw error;
  }
  const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // a name may hold spaces and brackets
  return state === "Z" || state === "X" ? undefined : rest[18];
}

function isNoSuchProcess(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ESRCH"; // it ended between open and read
}

function pidSpace(): string {
  const boot = Deno.readTextFileSync("/proc/sys/kernel/random/boot_id").trim();
  return `${boot}/${Deno.readLinkSync("/proc/self/ns/pid")}`;
}
