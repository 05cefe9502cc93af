import { createHash } from "node:crypto";
import { randomOf } from "../harness/random.ts";

/** A row of the source, as text in the form that all systems are asked for. */
export interface Row {
  readonly id: number;
  /** Every third has none. */
  readonly v: string | null;
  /** decimal(12,2) */
  readonly n: string;
  /** A moment with microseconds; the cursor. Several rows share one. */
  readonly at: string;
}

const DAY = 86_400_000_000; // microseconds
const FIRST = Date.UTC(2024, 0, 1) * 1000;
const SHARE_MOMENT = 3;

/** The row of a number; each version of it differs in all columns, and is later than every earlier version of any row. */
export function rowOf(id: number, version: number): Row {
  const moment = FIRST + version * DAY + Math.floor(id / SHARE_MOMENT) * 1_000_003;
  const seconds = new Date(Math.floor(moment / 1000)).toISOString().slice(0, 19).replace("T", " ");
  return {
    id,
    v: (id + version) % 3 === 0 ? null : `v${version}, "ü" ${id}`,
    n: `${id % 9973}.${String((id * 7 + version) % 100).padStart(2, "0")}`,
    at: `${seconds}.${String(moment % 1_000_000).padStart(6, "0")}`,
  };
}

const lineOf = ({ id, v, n, at }: Row) => `${id}|${v ?? "<null>"}|${n}|${at}`;
const md5 = (text: string) => createHash("md5").update(text).digest("hex");

/** The checksum column: a row that is not whole is known by it. */
export const checksumOf = (row: Row) => md5(lineOf(row));

/** Rows as a multiset, in one text: how many, how many that break their checksum, and two sums over hashes of whole rows. Ends compute the same. */
export function digestOf(rows: Iterable<Row>): string {
  let count = 0, one = 0, two = 0;
  for (const row of rows) {
    const hash = md5(`${lineOf(row)}|${checksumOf(row)}`);
    count++;
    one += parseInt(hash.slice(0, 8), 16);
    two += parseInt(hash.slice(8, 16), 16);
  }
  return `${count}:0:${one}:${two}`;
}

/** Rows as CSV; its header names the columns. */
export function csvOf(rows: Iterable<Row>): string {
  const lines = ["id,v,n,at,checksum"];
  for (const row of rows) {
    const v = row.v === null ? "" : `"${row.v.replaceAll('"', '""')}"`;
    lines.push(`${row.id},${v},${row.n},${row.at},${checksumOf(row)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** How the rows of a source change between two loads. */
export type Change = "rows are added" | "rows are added and changed" | "all is another";

/** The source before and after a change, as a seed has it. */
export function twoVersions(seed: number, { change, most }: { readonly change: Change; readonly most: number }) {
  const random = randomOf(seed);
  const some = (upTo: number) => 1 + Math.floor(random() * upTo);
  const old = some(most / 2), added = some(most / 2);
  const before = Array.from({ length: old }, (_, at) => rowOf(at, 0));
  const fresh = Array.from({ length: added }, (_, at) => rowOf(old + at, 0));
  if (change === "rows are added") return { before, after: [...before, ...fresh] };
  if (change === "all is another") return { before, after: Array.from({ length: added }, (_, at) => rowOf(at * 2, 1)) };
  const share = random();
  return {
    before,
    after: [...before.map((row) => random() < share ? rowOf(row.id, 1) : row), ...fresh.map(({ id }) => rowOf(id, 1))],
  };
}
