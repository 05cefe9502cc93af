import { INTERVAL_MARK, parseName, quoteText, type ReadRequest, type Schema } from "../../sdk/mod.ts";
import { nativeType } from "./write/type_table.ts";

/** A query with the condition of its cursor where it says so. The engine leaves out the rest: of a table DuckDB skips what cannot be new. */
export function withInterval(sql: string, schema: Schema, { cursor }: Pick<ReadRequest, "cursor">): string {
  if (!cursor || !sql.includes(INTERVAL_MARK)) return sql;
  const names = cursor.columns.map((text) => ({ text, name: parseName(text).name }));
  const found = names.find(({ name }) => schema.some((column) => column.name === name));
  const column = schema.find(({ name }) => name === found?.name);
  if (!column || !found) return sql;
  const { type } = column, ref = found.text;
  const put = (condition: string) => sql.replaceAll(INTERVAL_MARK, `(${condition})`);
  const bound = (text: string) => {
    if (type.kind === "timestamptz") return `TIMESTAMPTZ ${quoteText(text)}`;
    return type.kind === "timestamp" || type.kind === "date" ? `TIMESTAMP ${quoteText(text)}` : text;
  };
  if (cursor.interval) {
    const { start, end } = cursor.interval(column);
    return put([
      ...(start === undefined ? [] : [`${ref} >= ${bound(start)}`]),
      ...(end === undefined ? [] : [`${ref} < ${bound(end)}`]),
    ].join(" AND "));
  }
  const { since, lag } = cursor;
  if (since === undefined || since.value === null || since.column !== column.name) return sql;
  const value = `CAST(${quoteText(since.value)} AS ${nativeType(type)})`;
  const from = !lag
    ? value
    : "amount" in lag
    ? `(${value} - ${lag.amount})`
    : `(${value} - to_microseconds(${Math.round(lag.seconds * 1e6)}))`;
  return put(`${ref} >= ${from} OR ${ref} IS NULL`);
}
