import type { Row } from "../rows.ts";
import type { FaultProxy } from "../fault_proxy.ts";

/** What can be killed and brought back. */
export interface Killable {
  kill(): Promise<void>;
  /** Up again, and answers. */
  start(): Promise<void>;
}

/** One side of a pair, with what can go wrong there. */
interface End extends AsyncDisposable {
  /** The wire that dteg's connections take, where there is one. */
  readonly wire?: FaultProxy;
  readonly server?: Killable;
  /** What a pipeline file says of it. */
  readonly config: unknown;
}

export interface SourceEnd extends End {
  readonly stream: string;
  /** Puts these rows in the place of what is there. */
  put(rows: readonly Row[]): Promise<void>;
}

export interface TargetEnd extends End {
  readonly into: string;
  /** Takes all away, dteg's state too. */
  clear(): Promise<void>;
  /** The digest of rows.ts; `none` where no table is there. */
  digest(): Promise<string>;
  /** The same on a connection of its own; undefined where nobody can look right now. Absent where none can while a load runs. */
  readonly look?: () => Promise<string | undefined>;
  /** What no run may leave. */
  debris(): Promise<readonly string[]>;
  /** The folder whose files a load changes. */
  readonly files?: string;
}

export const NONE = "none";

/** A query of the digest, of parts in the words of a system. */
export function digestQuery(
  { from, line, md5, number, text }: {
    readonly from: string;
    /** All columns but the checksum, joined by `|`. */
    readonly line: string;
    readonly md5: (text: string) => string;
    /** Eight hex digits as a number. */
    readonly number: (hex: string) => string;
    readonly text: (parts: readonly string[]) => string;
  },
): string {
  const sum = (start: number) => `COALESCE(SUM(${number(`SUBSTR(h, ${start}, 8)`)}), 0)`;
  const bad = `SUM(CASE WHEN checksum = ${md5("l")} THEN 0 ELSE 1 END)`;
  return `SELECT ${text(["COUNT(*)", `COALESCE(${bad}, 0)`, sum(1), sum(9)])} FROM (SELECT l, checksum, ${
    md5(text(["l", "checksum"]).replaceAll("':'", "'|'"))
  } AS h FROM (SELECT ${line} AS l, checksum FROM ${from}) a) b`;
}
