import type { Reject } from "../../store/reject.ts";

/** Rejected rows as a file that can be read again. */
export interface ReplayFile {
  readonly path: string;
  /** Number of a row among those of its set, from 0 up, by the line on which it begins. */
  readonly rowOf: ReadonlyMap<number, number>;
}

/** True for a row that can be loaded again: one that was not yet, and is no piece of a file that is no row. */
export function canReplay({ row, replayed }: Reject): boolean {
  return replayed === undefined && typeof row !== "string";
}

/** Writes the rows that can be loaded again as CSV with a header of all their columns. */
export function writeReplayFile(rows: Iterable<Reject>, path: string): ReplayFile {
  const names: string[] = [];
  const known = new Set<string>();
  const kept: (readonly [index: number, row: Readonly<Record<string, string | null>>])[] = [];
  let index = 0;
  for (const reject of rows) {
    const { row } = reject;
    if (reject.replayed === undefined && typeof row !== "string") {
      kept.push([index, row]);
      for (const name of Object.keys(row)) {
        if (!known.has(name)) names.push(name);
        known.add(name);
      }
    }
    index++;
  }
  using file = Deno.openSync(path, { write: true, create: true, truncate: true, mode: 0o600 });
  const encoder = new TextEncoder();
  let line = 1;
  const write = (fields: readonly (string | null)[]) => {
    const text = `${fields.map(csvField).join(",")}\n`;
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    line += text.match(/\r\n|\n|\r/g)?.length ?? 0;
  };
  write(names);
  const rowOf = new Map<number, number>();
  for (const [index, row] of kept) {
    rowOf.set(line, index);
    write(names.map((name) => row[name] ?? null));
  }
  return { path, rowOf };
}

/** NULL is nothing, all else stands in quotes. */
const csvField = (text: string | null) => text === null ? "" : `"${text.replaceAll('"', '""')}"`;
