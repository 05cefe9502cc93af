import { quoteText } from "../../../sdk/mod.ts";
import type { StageSession } from "../move/session.ts";
import type { Difference } from "./verify_report.ts";

/** The two sides in the stage: `c0`, `c1` … are the texts that are compared, `h` is the hash of a row. */
export const SOURCE = "_dteg_verify_source", TARGET = "_dteg_verify_target";

/** A column of both sides. */
export interface ComparedColumn {
  /** Its name in the target. */
  readonly name: string;
  readonly isKey: boolean;
  /** Its values are never shown. */
  readonly isMasked: boolean;
}

/** What is told of a comparison. */
export interface Comparison {
  readonly rows: { readonly source: number; readonly target: number };
  readonly onlyInSource: number;
  readonly onlyInTarget: number;
  readonly differing: number;
  readonly differences: readonly Difference[];
}

/** Characters of a value that are shown. */
const SHOWN = 200;
/** Columns that stand for a row without a key. */
const FIRST = 4;

/** Compares what is staged: count and sum of hashes first, then which rows one side has more often, then which columns of their keys differ. */
export async function findDifferences(
  session: StageSession,
  columns: readonly ComparedColumn[],
  { limit }: { readonly limit: number },
): Promise<Comparison> {
  const source = await sumOf(session, SOURCE), target = await sumOf(session, TARGET);
  const rows = { source: source.rows, target: target.rows };
  if (source.rows === target.rows && source.hash === target.hash) {
    return { rows, onlyInSource: 0, onlyInTarget: 0, differing: 0, differences: [] };
  }
  await stageDifferences(session);
  const keys = columns.flatMap(({ isKey }, index) => isKey ? [index] : []);
  const by = keys.length > 0 ? keys : columns.map((_, index) => index);
  const list = by.map((index) => `c${index}`).join(", ");
  await session.run(
    `CREATE OR REPLACE TEMP TABLE _dteg_verify_keys AS SELECT ${list}, sum(s) AS s, sum(t) AS t, row_number() OVER (ORDER BY ${
      by.map((index) => orderOf(`c${index}`)).join(", ")
    }) AS place FROM _dteg_verify_rows GROUP BY ${list}`,
  );
  const [counts] = await session.all(
    "SELECT count(*) FILTER (t = 0) AS a, count(*) FILTER (s = 0) AS b, count(*) FILTER (s > 0 AND t > 0) AS c FROM _dteg_verify_keys",
  );
  return {
    rows,
    onlyInSource: Number(counts.a),
    onlyInTarget: Number(counts.b),
    differing: Number(counts.c),
    differences: await firstOf(session, { columns, by, limit }),
  };
}

async function sumOf(session: StageSession, table: string): Promise<{ readonly rows: number; readonly hash: string }> {
  const [row] = await session.all(`SELECT count(*) AS n, CAST(coalesce(sum(h), 0) AS VARCHAR) AS h FROM ${table}`);
  return { rows: Number(row.n), hash: String(row.h) };
}

/** Rows that one side has more often than the other, with how often more: `s` in the source, `t` in the target. */
async function stageDifferences(session: StageSession): Promise<void> {
  await session.run(
    `CREATE OR REPLACE TEMP TABLE _dteg_verify_hashes AS SELECT h, sum(s) - sum(t) AS more FROM (` +
      `SELECT h, 1 AS s, 0 AS t FROM ${SOURCE} UNION ALL SELECT h, 0, 1 FROM ${TARGET}) GROUP BY h HAVING sum(s) <> sum(t)`,
  );
  const side = (table: string, more: string) =>
    `SELECT DISTINCT x.*, ${more} FROM ${table} x JOIN _dteg_verify_hashes d ON d.h = x.h`;
  await session.run(
    `CREATE OR REPLACE TEMP TABLE _dteg_verify_rows AS ${side(SOURCE, "d.more AS s, 0 AS t")} WHERE d.more > 0 ` +
      `UNION ALL ${side(TARGET, "0 AS s, -d.more AS t")} WHERE d.more < 0`,
  );
}

/** Numbers in their own order, then texts. */
const orderOf = (ref: string) => `TRY_CAST(${ref} AS DOUBLE) NULLS LAST, ${ref}`;

interface Wanted {
  readonly columns: readonly ComparedColumn[];
  /** Places of the columns that tell one row from another. */
  readonly by: readonly number[];
  readonly limit: number;
}

async function firstOf(session: StageSession, { columns, by, limit }: Wanted): Promise<readonly Difference[]> {
  const same = by.map((index) => `r.c${index} IS NOT DISTINCT FROM k.c${index}`).join(" AND ");
  const shown = columns.map((_, index) =>
    `CASE WHEN length(r.c${index}) > ${SHOWN} THEN left(r.c${index}, ${SHOWN}) || ${
      quoteText("…")
    } ELSE r.c${index} END AS v${index}`
  );
  const exact = columns.map((_, index) => `md5(r.c${index}) AS m${index}`); // what is cut may still differ
  const found = new Map<string, Rows>();
  await session.each(
    `SELECT CAST(k.place AS VARCHAR), CAST(r.s AS VARCHAR), CAST(r.t AS VARCHAR), ${
      [...shown, ...exact].join(", ")
    } FROM _dteg_verify_keys k JOIN _dteg_verify_rows r ON ${same} WHERE k.place <= ${limit} ORDER BY k.place LIMIT ${
      limit * 20
    }`,
    (rows) => {
      for (const [place, s, t, ...values] of rows) {
        const of = found.get(place!) ?? { source: [], target: [], counts: { source: 0, target: 0 } };
        found.set(place!, of);
        of.counts.source += Number(s);
        of.counts.target += Number(t);
        of[Number(s) > 0 ? "source" : "target"].push(values);
      }
      return true;
    },
  );
  return [...found.values()].map((rows) => differenceOf(rows, { columns, by }));
}

/** The rows of a key: texts that are shown, then those that tell whether they are the same. */
interface Rows {
  readonly source: (readonly (string | null)[])[];
  readonly target: (readonly (string | null)[])[];
  readonly counts: { source: number; target: number };
}

function differenceOf({ source, target, counts }: Rows, { columns, by }: Omit<Wanted, "limit">): Difference {
  const textOf = (row: readonly (string | null)[], index: number) =>
    columns[index].isMasked && row[index] !== null ? "***" : row[index];
  const [first] = [...source, ...target];
  const key = Object.fromEntries(
    by.slice(0, by.length === columns.length ? FIRST : by.length).map((index) => [
      columns[index].name,
      textOf(first, index),
    ]),
  );
  const rows = counts.source > 1 || counts.target > 1 ? { rows: { ...counts } } : {};
  if (source.length === 0 || target.length === 0) {
    return { kind: source.length === 0 ? "only in target" : "only in source", key, ...rows, columns: [] };
  }
  const differing = columns.flatMap(({ name }, index) => {
    const at = columns.length + index;
    if (source[0][at] === target[0][at]) return [];
    return [{ column: name, source: textOf(source[0], index), target: textOf(target[0], index) }];
  });
  return { kind: "differs", key, ...rows, columns: differing };
}
