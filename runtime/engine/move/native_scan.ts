import type { DuckSession, ScanBatch } from "../../../sdk/mod.ts";
import { quoteName } from "../../../sdk/mod.ts";
import { fieldsOfDuck, splitTop, typeOfDuck } from "./duck_type.ts";

/** A query over DuckDB's own types as a batch: maps become lists of key and value, types that no schema has become text. */
export async function nativeScan(session: DuckSession, query: string): Promise<ScanBatch> {
  const rows = await session.all(`DESCRIBE ${query}`);
  const columns = rows.map((row) => ({ name: String(row.column_name), native: String(row.column_type) }));
  const list = columns.map(({ name, native }) => {
    const ref = `t.${quoteName(name)}`;
    const changed = plain(native, ref);
    return changed === ref ? ref : `${changed} AS ${quoteName(name)}`;
  });
  const schema = columns.map(({ name, native }) => ({ name, type: typeOfDuck(native) }));
  const same = columns.every(({ name, native }) => plain(native, quoteName(name)) === quoteName(name));
  return { kind: "scan", schema, query: same ? query : `SELECT ${list.join(", ")} FROM (${query}) t` };
}

/** SQL that gives `ref`, of a native type, as the stage holds it; `ref` itself where nothing changes. */
function plain(native: string, ref: string, depth = 0): string {
  const list = /^(.*)\[\d*\]$/s.exec(native);
  if (list) {
    const item = `n${depth}`;
    const inner = plain(list[1], item, depth + 1);
    const whole = /\[\d+\]$/.test(native) ? `CAST(${ref} AS ${list[1]}[])` : ref;
    return inner === item ? whole : `list_transform(${whole}, lambda ${item}: ${inner})`;
  }
  if (native.startsWith("MAP(")) {
    const [key, value] = splitTop(native.slice(4, -1));
    return plain(`STRUCT("key" ${key}, "value" ${value})[]`, `map_entries(${ref})`, depth);
  }
  if (native.startsWith("STRUCT(")) {
    const fields = fieldsOfDuck(native.slice(7, -1)).map(([name, type]) => {
      const field = `struct_extract(${ref}, '${name.replaceAll("'", "''")}')`;
      return { name, field, changed: plain(type, field, depth) };
    });
    if (fields.every(({ field, changed }) => field === changed)) return ref;
    const pack = fields.map(({ name, changed }) => `${quoteName(name)} := ${changed}`).join(", ");
    return `CASE WHEN ${ref} IS NULL THEN NULL ELSE struct_pack(${pack}) END`;
  }
  const { kind } = typeOfDuck(native);
  const isText = kind === "other" || native === "HUGEINT" || native === "BIGNUM" || native.startsWith("ENUM(") ||
    native === '"NULL"';
  return isText ? `CAST(${ref} AS VARCHAR)` : ref;
}
