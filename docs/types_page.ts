import { DUCKDB_TYPES } from "../plugins/duckdb/write/type_table.ts";
import { CSV_TYPES, JSON_TYPES, PARQUET_TYPES } from "../plugins/file/write/type_table.ts";
import { copiedType, type PgTypeShape, typeOfPg } from "../plugins/postgres/type_map.ts";
import { typeOfMysql } from "../plugins/mysql/type_map.ts";
import { MYSQL_TYPES } from "../plugins/mysql/table/type_table.ts";
import { POSTGRES_TYPES } from "../plugins/postgres/write/type_table.ts";
import { COLUMN_TYPES, columnType } from "../runtime/config/form/column_type.ts";
import { typeOfDuck } from "../runtime/engine/move/duck_type.ts";
import { type DataType, targetType, type TypeRow, typeText } from "../sdk/mod.ts";
import { type End, ENDS, isRefused, type Nasty, type Wanted, wantedOf } from "../tests/contract/nasty.ts";
import { SKIPPED } from "../tests/contract/skipped.ts";
import { VALUES } from "../tests/contract/values/every_value.ts";
import { MADE, page, table } from "./markdown.ts";

const DUCK_NATIVES = [
  ..."BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT BIGNUM".split(" "),
  ..."DECIMAL(18,2) FLOAT DOUBLE VARCHAR BLOB BIT DATE TIME TIME_NS".split(" "),
  "TIME WITH TIME ZONE",
  ..."TIMESTAMP_S TIMESTAMP_MS TIMESTAMP TIMESTAMP_NS".split(" "),
  "TIMESTAMP WITH TIME ZONE",
  ..."INTERVAL UUID JSON ENUM('a','b') BIGINT[] STRUCT(a BIGINT) MAP(VARCHAR,BIGINT)".split(/ (?!BIGINT\))/),
];

/** A type of PostgreSQL as a column's description has it: its text and its base, where that is another word. */
const pgShape = (pgType: string, base = pgType, rest: Partial<PgTypeShape> = {}): PgTypeShape => ({
  pgType,
  base,
  isArray: false,
  category: "b",
  isBuiltIn: true,
  ...rest,
});

const PG_NATIVES: readonly PgTypeShape[] = [
  pgShape("boolean", "bool"),
  pgShape("smallint", "int2"),
  pgShape("integer", "int4"),
  pgShape("bigint", "int8"),
  pgShape("real", "float4"),
  pgShape("double precision", "float8"),
  pgShape("numeric(18,2)", "numeric"),
  pgShape("numeric(60,5)", "numeric"),
  pgShape("numeric"),
  pgShape("money"),
  pgShape("text"),
  pgShape("character varying(10)", "varchar"),
  pgShape("character(10)", "bpchar"),
  pgShape("bytea"),
  pgShape("date"),
  pgShape("time without time zone", "time"),
  pgShape("time with time zone", "timetz"),
  pgShape("timestamp without time zone", "timestamp"),
  pgShape("timestamp with time zone", "timestamptz"),
  pgShape("interval"),
  pgShape("uuid"),
  pgShape("json"),
  pgShape("jsonb"),
  pgShape("xml"),
  ...["bit(8)", "inet", "macaddr", "point", "tsvector", "oid"].map((name) => pgShape(name, name.replace(/\(.*/, ""))),
  pgShape("int4range", "int4range", { category: "r" }),
  pgShape("integer[]", "int4", { isArray: true }),
  pgShape("mood", "mood", { category: "e", isBuiltIn: false }),
  pgShape("mood[]", "mood", { category: "e", isBuiltIn: false, isArray: true }),
  pgShape("address", "address", { category: "c", isBuiltIn: false }),
  pgShape("hstore", "hstore", { isBuiltIn: false }),
];

const MYSQL_NATIVES = [
  ..."tinyint tinyint(1) smallint mediumint int bigint".split(" "),
  ..."tinyint smallint mediumint int bigint".split(" ").map((name) => `${name} unsigned`),
  ..."decimal(18,2) decimal(65,30) float double bit(1) bit(8) bit(64) year".split(" "),
  ..."varchar(10) char(10) longtext enum('a','b') set('a','b') json longblob binary(2) uuid inet4 inet6".split(" "),
  ..."date time datetime timestamp geometry vector(3)".split(" "),
];

/** Types of one value of each kind, for the column "becomes" of the tables. */
const SAMPLES: readonly DataType[] = [
  ...(["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"] as const)
    .map((kind) => ({ kind })),
  { kind: "decimal", precision: 18, scale: 2 },
  { kind: "decimal", precision: 38, scale: 38 },
  { kind: "decimal", precision: 39, scale: 0 },
  { kind: "decimal", precision: 65, scale: 30 },
  { kind: "decimal" },
  ...(["text", "bytes", "date", "time", "timetz"] as const).map((kind) => ({ kind })),
  { kind: "timestamp", precision: 0 },
  { kind: "timestamp", precision: 3 },
  { kind: "timestamp", precision: 6 },
  { kind: "timestamp", precision: 9 },
  { kind: "timestamptz", precision: 6 },
  ...(["interval", "uuid", "json"] as const).map((kind) => ({ kind })),
  { kind: "list", of: { kind: "int64" } },
  { kind: "struct", fields: [{ name: "a", type: { kind: "int64" } }] },
  ...["BIT", "UHUGEINT", "TIME_NS", "a source's own"].map((native) => ({ kind: "other" as const, native })),
];

/** docs/types.md: the types of a stream, how sources give them and how destinations take them. */
export function typesPage(): string {
  return page([
    "# Types",
    MADE,
    "Between a source and a destination every column has one type of a closed list. A source says it, or it is found in the files " +
    "([what is guessed](files.md#what-is-guessed)), or the pipeline declares it. A destination says what it makes of it. " +
    "A value arrives exactly; where a type or a value does not fit, the run fails and names the column. Nothing is rounded or cut in silence.",
    "## The list",
    "`bool` · `int8` `int16` `int32` `int64` · `uint8` `uint16` `uint32` `uint64` · `decimal(p,s)` · `decimal` (no bound) · `float32` `float64` · " +
    "`text` · `bytes` · `date` · `time` · `timetz` · `timestamp` (no zone) · `timestamptz` (an instant) · `interval` · `uuid` · `json` · " +
    "`list<T>` · `struct<…>` · and the native type of a source where none of these fits, carried as its text. " +
    "A number in parentheses after `timestamp` is the digits of a second's fraction, 6 where there is none.",
    "## Declared types",
    "What `columns: { c: { type: … } }` takes. A declared type is never guessed again: every value is read as that type, or the run fails at its row.",
    table(["Word", "Type"], COLUMN_TYPES.map(declaredRow)),
    "## From DuckDB",
    table(["DuckDB", "Type"], DUCK_NATIVES.map((native) => [`\`${native}\``, `\`${typeText(typeOfDuck(native))}\``])),
    "A map is a list of key and value. The values of an enum are text. Parquet files are read the same way, after DuckDB's own reading of their types.",
    "## From PostgreSQL",
    table(["PostgreSQL", "Type", "In another PostgreSQL"], PG_NATIVES.map(pgRow)),
    "A type that is not of the list (`mood` stands for an enum, `address` for a composite) arrives as the server's text of its values; " +
    "arrays arrive as JSON. A domain is read as the type below it. NaN in a `numeric(p,s)`, an infinite interval, an array that does not " +
    "begin at 1, and a timestamp after the year 294246 end the load into anything but another PostgreSQL, unless the column is declared as `text`. " +
    "Blanks at the end of `character(n)`, which PostgreSQL does not count, are left out there.",
    "## From MariaDB and MySQL",
    table(["MariaDB, MySQL", "Type"], MYSQL_NATIVES.map(mysqlRow)),
    "In another MariaDB or MySQL a column has the type that it has here. A `time` below zero or beyond a day, and a date that no calendar has " +
    "(`0000-00-00`, `2023-02-31`), end the load into anything else, unless the column is declared as `text`, or `on_loss` says otherwise. " +
    "A `geometry` arrives as the bytes that the server keeps: four of the SRID, then WKB. A type that is not of the list arrives as the server's text.",
    "## Into DuckDB",
    destinationTable(DUCKDB_TYPES),
    "## Into PostgreSQL",
    "What comes from another PostgreSQL has the types of the table above. All else:",
    destinationTable(POSTGRES_TYPES),
    "## Into MariaDB and MySQL",
    "What comes from another MariaDB or MySQL has the type that it has there. All else:",
    destinationTable(MYSQL_TYPES),
    "## Into Parquet",
    destinationTable(PARQUET_TYPES),
    "## Into CSV and TSV",
    "In text files the second column is the form of the text.",
    destinationTable(CSV_TYPES),
    "## Into NDJSON and JSON",
    destinationTable(JSON_TYPES),
    "## Grades",
    "**exact**: every value. **exact except**: all but the special values that the note names; such a value stops the run at its row. " +
    "**widening**: every value, in a larger type. **lossy**: ordinary values would be lost; the run is refused before anything is written, " +
    "with exit code 4.",
    "## Odd values",
    `${VALUES.length} values that are easily bent on their way (\`tests/contract/values\`) go from each source that can hold them to every ` +
    "target in each test, and are read back there by other programs than dteg: `psql`, the `mariadb` command line, pyarrow, DuckDB's own " +
    `client, and readers of CSV and JSON that take nothing but their form. ${
      VALUES.filter(({ to }) => Object.keys(to).length === 0).length
    } of ` +
    "them arrive exactly everywhere. With the others it is so:",
    oddTable(),
    "A code is the error that ends the load and names the column. NULL: JSON has one null for both.",
    "### What is not tried",
    table(
      ["End", "What", "Why"],
      SKIPPED.map(({ end, what, why }) => [end, what.map((one) => `\`${one}\``).join(" "), why]),
    ),
  ]);
}

function pgRow(shape: PgTypeShape): readonly string[] {
  return [shape.pgType, typeText(typeOfPg(shape)), copiedType(shape)].map((text) => `\`${text}\``);
}

function declaredRow(word: string): readonly string[] {
  const type = columnType(word === "decimal(p,s)" ? "decimal(18,2)" : word);
  const shown = word === "decimal(p,s)" ? "decimal(p,s), p from 1 to 38" : type ? typeText(type) : "";
  return [`\`${word}\``, `\`${shown}\``];
}

/** A row for each type; `decimal(18,2)` stands for all of at most 38 digits. */
function destinationTable(types: readonly TypeRow[]): string {
  return table(
    ["Type", "Becomes", "Grade", "Note"],
    SAMPLES.map((type) => {
      const row = targetType(types, { name: "", type });
      return [`\`${typeText(type)}\``, `\`${row.to(type)}\``, row.grade, row.note ?? ""];
    }),
  );
}

/** Values for which something else happens than that they arrive, by their targets. */
function oddTable(): string {
  return table(
    ["Value", "Comes from", ...ENDS],
    VALUES.filter(({ to }) => Object.keys(to).length > 0).map((value) => [
      `${value.why} (${value.kind.replace(/\(.*/, "")})`,
      Object.keys(value.from).join(" "),
      ...ENDS.map((target) => fateAt(value, target)),
    ]),
  );
}

/** What becomes of a value at a target; where that depends on the source, each source that it is otherwise for. */
function fateAt(value: Nasty, target: End): string {
  const fates = (Object.keys(value.from) as End[]).map((source) => ({
    source,
    fate: fateOf(wantedOf(value, { source, target })),
  }));
  const kinds = [...new Set(fates.map(({ fate }) => fate))];
  if (kinds.length === 1) return kinds[0];
  return kinds.map((kind) =>
    `${kind} from ${fates.filter(({ fate }) => fate === kind).map(({ source }) => source).join(" ")}`
  )
    .join("; ");
}

function fateOf(wanted: Wanted): string {
  if (typeof wanted === "string") return "exact";
  if (isRefused(wanted)) return `\`${wanted.code}\``;
  return wanted.is === null ? "NULL" : wanted.told;
}

function mysqlRow(mysqlType: string): readonly string[] {
  const base = /^\w+/.exec(mysqlType)![0];
  return [`\`${mysqlType}\``, `\`${typeText(typeOfMysql({ base, mysqlType }))}\``];
}
