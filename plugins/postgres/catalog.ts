import { type Column, findTable, quoteText, type Stream, type TableName } from "../../sdk/mod.ts";
import type { PgRow, PgSession } from "./session.ts";
import { type PgTypeShape, typeOfPg } from "./type_map.ts";

/** Schemas that are the server's own. */
const OWN_SCHEMAS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'";
const KINDS = "c.relkind IN ('r', 'p', 'v', 'm', 'f')";
const RELATIONS = "SELECT n.nspname AS schema, c.relname AS name, c.oid::text AS oid, c.relkind::text AS kind, " +
  "greatest(c.reltuples, 0)::bigint::text AS rows, c.relhassubclass::text AS children, " +
  "(c.relispartition)::text AS partition FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace";

/** A table, view or the like. */
export interface Relation {
  readonly name: Required<Pick<TableName, "schema" | "name">>;
  readonly oid: string;
  /** r table, p partitioned, v view, m materialized view, f foreign table. */
  readonly kind: string;
  readonly rows: number;
  readonly hasChildren: boolean;
  /** Its rows are those of a partitioned table too. */
  readonly isPartition: boolean;
}

/** A column of a relation or query with what reading it takes. */
export interface PgColumn extends Column, PgTypeShape {
  readonly isDomain: boolean;
}

function relationOf(row: PgRow): Relation {
  return {
    name: { schema: row.schema ?? "", name: row.name ?? "" },
    oid: row.oid ?? "",
    kind: row.kind ?? "",
    rows: Number(row.rows),
    hasChildren: row.children === "true",
    isPartition: row.partition === "true",
  };
}

/** All relations that rows can be read from, in the order of their names, but those that dteg keeps for itself. */
export async function listRelations(session: PgSession): Promise<readonly Relation[]> {
  const rows = await session.query(
    `${RELATIONS} WHERE ${KINDS} AND ${OWN_SCHEMAS} AND c.relname !~ '^_dteg_' ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`,
  );
  return rows.map(relationOf);
}

/** The relation that a stream's name means. Its last part alone will do when it is unique. */
export async function findRelation(session: PgSession, wanted: TableName): Promise<Relation> {
  const inSchema = wanted.schema === undefined ? OWN_SCHEMAS : `n.nspname = ${quoteText(wanted.schema)}`;
  const rows = await session.query(
    `${RELATIONS} WHERE ${KINDS} AND c.relname = ${quoteText(wanted.name)} AND ${inSchema}`,
  );
  const relations = rows.map(relationOf);
  const found = findTable(wanted, relations.map(({ name }) => name));
  return relations.find(({ name }) => name.schema === found.schema && name.name === found.name)!;
}

/** What of a type's catalogue entry decides how its values are read; `c` has type, modifier and place. */
const TYPE_LIST = "c.place, pg_catalog.format_type(b.oid, d.modifier) AS type, " +
  "coalesce(e.typname, b.typname) AS base, (e.oid IS NOT NULL)::text AS is_array, coalesce(e.typtype, b.typtype)::text AS category, " +
  "(coalesce(e.oid, b.oid) < 10000)::text AS built_in, (b.oid <> c.type)::text AS is_domain";
/** A domain may be one over another: the innermost type counts, with the modifier that was set last. */
const TYPE_JOINS = "CROSS JOIN LATERAL (WITH RECURSIVE r(oid, modifier, depth) AS (SELECT c.type::oid, c.modifier, 0 " +
  "UNION ALL SELECT t.typbasetype, t.typtypmod, r.depth + 1 FROM r JOIN pg_catalog.pg_type t ON t.oid = r.oid WHERE t.typtype = 'd') " +
  "SELECT oid, modifier FROM r ORDER BY depth DESC LIMIT 1) d JOIN pg_catalog.pg_type b ON b.oid = d.oid " +
  "LEFT JOIN pg_catalog.pg_type e ON e.oid = b.typelem AND e.typarray = b.oid";

/** A column before its type is looked up. */
interface BareColumn {
  readonly name: string;
  readonly oid: string;
  readonly modifier: number;
  readonly isRequired: boolean;
  readonly comment: string | null;
}

/** A type with what reading its values takes. */
export type PgType = Omit<PgColumn, "name" | "nullable" | "comment">;

const typeKey = ({ oid, modifier }: BareColumn) => `${oid} ${modifier}`;

async function typed(session: PgSession, columns: readonly BareColumn[]): Promise<readonly PgColumn[]> {
  const missing = [...new Map(columns.map((column) => [typeKey(column), column])).values()]
    .filter((column) => !session.types.has(typeKey(column)));
  if (missing.length > 0) {
    const list = missing.map(({ oid, modifier }, place) => `(${oid}::oid, ${modifier}, ${place})`);
    const rows = await session.query(
      `SELECT ${TYPE_LIST} FROM (VALUES ${list.join(", ")}) c(type, modifier, place) ${TYPE_JOINS}`,
    );
    const moneyDigits = rows.some(({ base }) => base === "money") ? await moneyDigitsOf(session) : undefined;
    for (const row of rows) session.types.set(typeKey(missing[Number(row.place)]), typeOfRow(row, moneyDigits));
  }
  return columns.map((column) => {
    const { name, isRequired, comment } = column;
    const type = session.types.get(typeKey(column));
    if (!type) throw new TypeError(`the type ${column.oid} of column ${name} is not in the catalogue`);
    return { name, ...type, nullable: !isRequired, ...(comment !== null && { comment }) };
  });
}

/** Digits behind the point of money: its binary form counts the smallest coin of the server's `lc_monetary`. */
export async function moneyDigitsOf(session: PgSession): Promise<number> {
  const [{ digits }] = await session.query("SELECT scale(1::money::numeric)::text AS digits");
  return Number(digits);
}

function typeOfRow(row: PgRow, moneyDigits: number | undefined): PgType {
  const described = {
    pgType: row.type ?? "",
    base: row.base ?? "",
    isArray: row.is_array === "true",
    category: row.category ?? "b",
    isBuiltIn: row.built_in === "true",
    isDomain: row.is_domain === "true",
    ...(row.base === "money" && { moneyDigits }),
  };
  return { ...described, type: typeOfPg(described), native: { system: "postgres", type: described.pgType } };
}

/** Columns of a relation in their order. */
export async function columnsOf(session: PgSession, oid: string): Promise<readonly PgColumn[]> {
  const [row] = await session.query(`SELECT ${COLUMNS} AS columns FROM (SELECT ${quoteText(oid)}::oid AS oid) c`);
  return await typed(session, bareColumns(row.columns));
}

/** Columns of a query, which is not run. */
export async function columnsOfQuery(session: PgSession, sql: string): Promise<readonly PgColumn[]> {
  const fields = await session.fields(sql);
  const bare = fields.map(({ name, oid, modifier }) => ({
    name,
    oid: String(oid),
    modifier,
    isRequired: false,
    comment: null,
  }));
  return await typed(session, bare);
}

/** Columns of the relation `c` as JSON, in their order. */
const COLUMNS =
  "(SELECT json_agg(json_build_array(a.attname, a.atttypid::text, a.atttypmod, a.attnotnull, x.description) ORDER BY a.attnum) " +
  "FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_description x ON x.objoid = a.attrelid AND x.objsubid = a.attnum " +
  "AND x.classoid = 'pg_catalog.pg_class'::regclass WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::text";
const KEY = "(SELECT json_agg(a.attname ORDER BY k.n) FROM pg_catalog.pg_index i " +
  "CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n) " +
  "JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum " +
  "WHERE i.indrelid = c.oid AND i.indisprimary AND k.n <= i.indnkeyatts)::text";
const INDEXED = "(SELECT json_agg(a.attname) FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a " +
  "ON a.attrelid = i.indrelid AND a.attnum = (i.indkey::int2[])[0] WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL)::text";
const COUNTED = "(SELECT json_agg(a.attname) FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d " +
  "ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped " +
  "AND (a.attidentity <> '' OR pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~ '^nextval\\('))::text";

function bareColumns(text: string | null): readonly BareColumn[] {
  const columns: [string, string, number, boolean, string | null][] = JSON.parse(text ?? "[]");
  return columns.map(([name, oid, modifier, isRequired, comment]) => ({ name, oid, modifier, isRequired, comment }));
}

/** How many relations are described at once: few at first, so that the first ones come soon. */
const FIRST_PAGE = 50, PAGE = 500;

/** Relations with all that is known of them, as they are found: a few statements for hundreds of them. */
export async function* describeRelations(
  session: PgSession,
  relations: readonly Relation[],
): AsyncGenerator<Stream & { readonly columns: readonly PgColumn[] }> {
  for (let at = 0; at < relations.length;) {
    const page = relations.slice(at, at + (at === 0 ? FIRST_PAGE : PAGE));
    at += page.length;
    const rows = await session.query(
      `SELECT c.oid::text AS oid, ${COLUMNS} AS columns, ${KEY} AS key, ${INDEXED} AS indexed, ${COUNTED} AS counted, ` +
        `pg_catalog.obj_description(c.oid, 'pg_class') AS comment FROM pg_catalog.pg_class c ` +
        `WHERE c.oid = ANY ('{${page.map(({ oid }) => oid).join(",")}}'::oid[])`,
    );
    const found = new Map(rows.map((row) => [row.oid, row]));
    await typed(session, rows.flatMap((row) => bareColumns(row.columns)));
    for (const relation of page) {
      const row = found.get(relation.oid);
      if (!row) continue; // dropped meanwhile
      const columns = await typed(session, bareColumns(row.columns));
      yield { ...streamOf(relation, row, columns), columns };
    }
  }
}

function streamOf({ name, kind, rows }: Relation, row: PgRow, columns: readonly PgColumn[]): Stream {
  const list = (text: string | null): readonly string[] => JSON.parse(text ?? "[]");
  const schema = columns.map(({ name, type, nullable, native, comment }) => ({
    name,
    type,
    nullable,
    native,
    ...(comment !== undefined && { comment }),
  }));
  const primaryKey = list(row.key);
  const indexed = list(row.indexed), counted = list(row.counted);
  return {
    name,
    kind: kind === "v" || kind === "m" ? "view" : "table",
    schema,
    ...(primaryKey.length > 0 && { primaryKey }),
    ...(indexed.length > 0 && { indexed }),
    ...(counted.length > 0 && { counted }),
    ...(rows > 0 && { rows }),
    ...(row.comment !== null && { comment: row.comment }),
  };
}
