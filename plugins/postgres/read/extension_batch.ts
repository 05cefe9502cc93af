import {
  type DataType,
  DtegError,
  type DuckSession,
  quoteName,
  quoteTable,
  quoteText,
  type ScanBatch,
} from "../../../sdk/mod.ts";
import type { PgColumn } from "../catalog.ts";
import { conninfo } from "../parameters.ts";
import { carriedForm, isExactInDuckdb } from "../type_map.ts";
import { type Reading, restOf } from "./reading.ts";

/**
 * Reads through DuckDB's own extension. A whole table of types that it carries exactly is scanned by page ranges in parallel; else one
 * query of the server gives the odd types as text, since the extension takes a numeric without bounds for a double.
 */
export async function extensionBatch(reading: Reading): Promise<ScanBatch> {
  const { host, request, columns, relation } = reading;
  const duck = await host.duckdb();
  const catalog = await attach(duck, reading);
  const read = columns.map((column) => ({ ...column, isText: request.text.includes(column.name) }));
  const isPlain = relation !== undefined && (relation.kind === "r" || relation.kind === "m") && !relation.hasChildren &&
    request.where === undefined && request.limit === undefined &&
    read.every((column) => !column.isText && isExactInDuckdb(column));
  const source = isPlain
    ? quoteTable(catalog, relation.name.schema, relation.name.name)
    : serverQuery(catalog, reading);
  const list = read.map((column) => `${valueOf(column, duck)} AS ${quoteName(column.name)}`).join(", ");
  const schema = read.map(({ name, type, nullable, native, isText }) => ({
    name,
    type: isText ? { kind: "text" } as const : type,
    nullable,
    native,
  }));
  const query = `SELECT ${list} FROM ${source} x`;
  return { kind: "scan", schema, query, within: checkNumerics(reading) };
}

function serverQuery(catalog: string, reading: Reading): string {
  const { request: { text } } = reading;
  const list = reading.columns.map((column) =>
    text.includes(column.name) ? `${quoteName(column.name)}::text AS ${quoteName(column.name)}` : carriedForm(column)
  );
  return `postgres_query(${quoteText(catalog)}, ${quoteText(`SELECT ${list.join(", ")} ${restOf(reading)}`)})`;
}

/** What the extension gives as the stage holds it. Moments past DuckDB's range wrap round there without a word: they are refused. */
function valueOf(column: PgColumn & { readonly isText: boolean }, duck: DuckSession): string {
  const ref = `x.${quoteName(column.name)}`;
  const { type } = column;
  if (column.isText) return ref;
  if (type.kind === "json") return `CAST(${ref} AS JSON)`;
  if (type.kind === "timestamp" || type.kind === "timestamptz") {
    const native = type.kind === "timestamp" ? "TIMESTAMP" : "TIMESTAMPTZ";
    const stop = duck.refuse({ column: column.name, type: `${type.kind} before the year 294247` }, ref);
    return `CASE WHEN ${ref} IS NULL OR ${ref} >= ${native} '4800-01-01 (BC) 00:00:00' OR NOT isfinite(${ref}) THEN ${ref} ELSE ${stop} END`;
  }
  if (isTextual(type)) return `CAST(${ref} AS VARCHAR)`;
  return ref;
}

const isTextual = (type: DataType) =>
  type.kind === "text" || type.kind === "other" || (type.kind === "decimal" && type.precision === undefined);

/** Attaches the server to the run's DuckDB, once for the run. */
async function attach(duck: DuckSession, { parameters, session }: Reading): Promise<string> {
  const info = conninfo(parameters, session.server);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(info)));
  const catalog = `pg_${[...digest.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  await duck.alone("postgres", async () => {
    await duck.load("postgres_scanner");
    await duck.run(`ATTACH IF NOT EXISTS ${quoteText(info)} AS ${quoteName(catalog)} (TYPE postgres, READ_ONLY)`);
  });
  return catalog;
}

/**
 * A numeric can be NaN, which the extension reads as 0 without a word. So the same snapshot is asked for NaN beside the read, on a
 * connection of its own, and the read counts only when there is none.
 */
function checkNumerics({ columns, request, parameters, host, ...reading }: Reading): ScanBatch["within"] {
  const numerics = columns.filter(({ type, name, base, isArray }) =>
    base === "numeric" && !isArray && type.kind === "decimal" && type.precision !== undefined &&
    !request.text.includes(name)
  );
  if (numerics.length === 0) return undefined;
  const rest = restOf({ columns, request, parameters, host, ...reading });
  const list = numerics.map(({ name }) => quoteName(name)).join(", ");
  const counts = numerics.map(({ name }, index) =>
    `count(*) FILTER (WHERE ${quoteName(name)} = 'NaN')::text AS n${index}`
  ).join(", ");
  return async (step) => {
    const duck = await host.duckdb();
    const { connect } = await import("../session.ts");
    await using session = await connect(parameters, { signal: host.signal });
    const catalog = await attach(duck, { columns, request, parameters, host, ...reading });
    await duck.run("BEGIN");
    try {
      const [{ id }] = await duck.all(
        `SELECT id FROM postgres_query(${quoteText(catalog)}, 'SELECT pg_catalog.pg_export_snapshot() AS id')`,
      );
      const checking = session.transaction(async () => {
        await session.query(`SET TRANSACTION SNAPSHOT ${quoteText(String(id))}`);
        return await session.query(`SELECT ${counts} FROM (SELECT ${list} ${rest}) n`);
      }, { mode: "ISOLATION LEVEL REPEATABLE READ, READ ONLY" });
      const [result, [row]] = await Promise.all([step(), checking]);
      const at = numerics.findIndex((_, index) => row[`n${index}`] !== "0");
      if (at >= 0) {
        throw new DtegError(
          "data.value",
          `column "${numerics[at].name}" holds NaN in ${row[`n${at}`]} rows, which no decimal of the target can be`,
          {
            column: numerics[at].name,
            hint: `declare it as text: columns: { ${numerics[at].name}: { type: text } }`,
          },
        );
      }
      await duck.run("COMMIT");
      return result;
    } catch (error) {
      await duck.run("ROLLBACK").catch(() => 0); // the first error tells more
      throw error;
    }
  };
}
