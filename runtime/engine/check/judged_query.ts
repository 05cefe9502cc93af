import { type ErrorCode, quoteName, type Refused, refusedName } from "../../../sdk/mod.ts";
import type { Action } from "./loss_rules.ts";

/** A look at the values of a column that lets the query go on: what was refused is told by a column of its own. */
export interface Check extends Refused {
  readonly action: Action;
  /** `data.value` where absent. */
  readonly code?: ErrorCode;
  /** SQL condition of a fault, over what was read and what was made of it. */
  fault(raw: string, value: string): string;
  /** What is told of a fault; `none`: there is no value to show. */
  readonly shows: "raw" | "value" | "none";
  /** SQL of what takes the place of a value at fault; absent: the value is right already. */
  instead?(value: string): string;
}

/** A column of a query. */
export interface JudgedColumn {
  /** Its name in the query. */
  readonly alias: string;
  /** SQL over what the query selects from. */
  readonly value: string;
  /** The same, of what was read; needed where there are checks. */
  readonly raw?: string;
  readonly checks: readonly Check[];
  /** It is looked at only: the query does not have it. */
  readonly isLeftOut?: boolean;
}

/** A fault that a query may tell of. */
export type Flaw = Refused & Pick<Check, "action" | "code">;

/** A query that tells faults. */
export interface JudgedQuery {
  readonly query: string;
  /** One for each check, in their order. */
  readonly flaws: readonly Flaw[];
}

/** What a query is made with. */
export interface Judging {
  /** SQL after FROM, with an alias. */
  readonly from: string;
  /** Faults that the query beneath tells already: the names of their columns. */
  readonly before?: readonly string[];
  /** More columns at the end, as SQL with names: over those of `from`, which has the alias `q` there, and a condition of a fault. */
  readonly more?: (anyFault: string) => readonly string[];
}

/** The columns, and behind them a column for each fault: the text of the value, NULL where all is well. */
export function judgedQuery(
  columns: readonly JudgedColumn[],
  { from, before = [], more = () => [] }: Judging,
): JudgedQuery {
  const checks = columns.flatMap(({ checks }, index) => checks.map((check) => ({ check, index })));
  if (checks.length + before.length === 0) {
    const list = columns.map(({ value, alias }) => `${value} AS ${quoteName(alias)}`).join(", ");
    return { query: `SELECT ${list} FROM ${from}`, flaws: [] };
  }
  const made = (index: number) => `q.${quoteName(`dteg:value ${index}`)}`;
  const read = (index: number) => `q.${quoteName(`dteg:read ${index}`)}`;
  const inner = columns.flatMap(({ value, raw, checks }, index) => [
    `${value} AS ${quoteName(`dteg:value ${index}`)}`,
    ...(checks.length > 0 && raw !== undefined ? [`${raw} AS ${quoteName(`dteg:read ${index}`)}`] : []),
  ]);
  const values = columns.flatMap(({ alias, checks, isLeftOut }, index) => {
    if (isLeftOut) return [];
    const value = checks.reduce(
      (sql, { fault, instead }) =>
        instead ? `CASE WHEN ${fault(read(index), made(index))} THEN ${instead(made(index))} ELSE ${sql} END` : sql,
      made(index),
    );
    return `${value} AS ${quoteName(alias)}`;
  });
  const faults = [
    ...before.map((name) => ({ condition: `q.${quoteName(name)} IS NOT NULL`, text: `q.${quoteName(name)}` })),
    ...checks.map(({ check: { fault, shows }, index }) => {
      const condition = `(${fault(read(index), made(index))})`;
      const shown = { raw: read(index), value: made(index), none: "''" }[shows];
      return { condition, text: `CASE WHEN ${condition} THEN coalesce(CAST(${shown} AS VARCHAR), '') END` };
    }),
  ];
  const told = faults.map(({ text }, at) => `${text} AS ${quoteName(refusedName(at))}`);
  const list = [...values, ...told, ...more(faults.map(({ condition }) => condition).join(" OR "))];
  return {
    query: `SELECT ${list.join(", ")} FROM (SELECT *, ${inner.join(", ")} FROM ${from}) q`,
    flaws: checks.map(({ check: { column, wanted, action, code } }) => ({
      column,
      wanted,
      action,
      ...(code && { code }),
    })),
  };
}
