/** What a run may use. */
export interface Limits {
  readonly threads: number;
  /** Resident bytes of all processes of the run together. */
  readonly memory: number;
  /** Bytes of temporary files; absent: what the disk has. */
  readonly maxTemp?: number;
}

/** What the runtime, the libraries and buffers take beside DuckDB's own share. */
const BESIDE_DUCKDB = 160e6;
/** What DuckDB takes for each byte that it counts: blocks of odd sizes leave gaps. */
const TAKEN_A_BYTE = 1.3;
/** A thread of DuckDB holds blocks of its own that its limit does not count. */
const MEMORY_A_THREAD = 200e6;
const LEAST_FOR_DUCKDB = 64e6;
const MOST_BY_DEFAULT = 4e9;

/** DuckDB's share of the memory of a run. */
export function duckdbMemory({ memory }: Limits): number {
  return Math.max(LEAST_FOR_DUCKDB, (memory - BESIDE_DUCKDB) / TAKEN_A_BYTE);
}

/** The memory of a run with which DuckDB may hold so many bytes. */
export function memoryFor(bytes: number): number {
  return BESIDE_DUCKDB + TAKEN_A_BYTE * (LEAST_FOR_DUCKDB + bytes);
}

/** How many threads the memory does for. */
export function usableThreads({ threads, memory }: Limits): number {
  return Math.max(1, Math.min(threads, Math.floor(memory / MEMORY_A_THREAD)));
}

/** Limits where nothing is said: all cores, and half of the memory that the control group or the machine has, at most 4 GB. */
export function defaultLimits(): Limits {
  const half = Math.min(cgroupMemory(), Deno.systemMemoryInfo().total) / 2;
  return { threads: navigator.hardwareConcurrency, memory: Math.max(256e6, Math.min(MOST_BY_DEFAULT, half)) };
}

/** The memory limit of this process's control group, Infinity where there is none. */
export function cgroupMemory(): number {
  for (const path of ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]) {
    try {
      const bytes = Number(Deno.readTextFileSync(path).trim());
      if (Number.isFinite(bytes)) return bytes;
    } catch {
      // no such kind of control group here
    }
  }
  return Infinity;
}
