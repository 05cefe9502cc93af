import { formatName, quoteTable, quoteText } from "../../../sdk/mod.ts";
import { openServer } from "../../postgres/server.ts";
import { asJsonb, readJson, writeJson } from "../json_text.ts";
import type { Nasty } from "../nasty.ts";
import { readCsv } from "./csv.ts";
import type { Plug } from "./plug.ts";

/** What psql prints under these is what `exact` reads. */
const PLAIN = `SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'iso_8601';
SET bytea_output = 'hex'; SET extra_float_digits = 1; SET client_min_messages = 'warning';\n`;
/** Sessions of an odd kind: nothing of it may show in a value. */
const ODD = `ALTER ROLE postgres SET timezone = 'America/St_Johns'; ALTER ROLE postgres SET datestyle = 'SQL, DMY';
ALTER ROLE postgres SET intervalstyle = 'sql_standard'; ALTER ROLE postgres SET bytea_output = 'escape';
ALTER ROLE postgres SET extra_float_digits = -5; ALTER ROLE postgres SET lc_monetary = 'C';`;

/** Types that DuckDB's extension scans by itself, once a table is large. */
const SCANNED =
  /^(bool|smallint|integer|bigint|oid|real|double|numeric\((\d|[12]\d|3[0-8]),|bytea|text|character|date|time|uuid|json)/;
/** Rows that are deleted again make a table large whose rows are few. */
const PADDING = 36_000;

/** PostgreSQL, by psql. */
export async function postgresPlug(): Promise<Plug> {
  const server = await openServer({ settings: { autovacuum: "off" } });
  await server.psql(ODD);
  const psql = (sql: string) => server.psql(PLAIN + sql);
  await psql(`CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE TYPE mood AS ENUM ('sad', 'very "happy"');
    CREATE TYPE pair AS (a timestamptz, b text); CREATE DOMAIN positive AS int CHECK (value > 0);`);
  return {
    end: "postgres",
    source: { use: "postgres", config: { url: server.url() } },
    split: (values) =>
      Object.groupBy(values, ({ from }) => isScanned(from) ? "scanned" : "asked") as Record<string, Nasty[]>,
    async fill(lanes) {
      const made = lanes.map(({ name, values }) => {
        const columns = values.map(({ id, from }) => `"${id}" ${from.postgres!.type}`);
        const cells = values.map(({ from }) => from.postgres!.value);
        const isScannedLane = name === "scanned";
        return `CREATE TABLE "${name}" (id bigint, ${isScannedLane ? "padding text, " : ""}${columns.join(", ")});` +
          (isScannedLane
            ? `INSERT INTO "${name}" (id, padding) SELECT 2, repeat(md5(n::text), 32) FROM generate_series(1, ${PADDING}) n;` +
              `DELETE FROM "${name}"; ALTER TABLE "${name}" DROP COLUMN padding;`
            : "") +
          `INSERT INTO "${name}" VALUES (0, ${cells.join(", ")}); INSERT INTO "${name}" (id) VALUES (1);`;
      });
      await psql(made.join("\n"));
      return lanes.map(({ name }) => ({ name: `public.${name}` }));
    },
    destination: () => ({ use: "postgres", config: { url: server.url() } }),
    into: (source, stream) => formatName({ schema: `from_${source}`, name: stream }),
    async read(source, stream) {
      const table = quoteTable(`from_${source}`, stream);
      const types = await psql(`SELECT attname || '|' || format_type(atttypid, atttypmod) FROM pg_attribute
        WHERE attrelid = ${quoteText(table)}::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`);
      const columns = types.split("\n").map((line) => line.split("|") as [string, string]);
      const rows = await psql(`COPY (SELECT * FROM ${table} ORDER BY id) TO STDOUT (FORMAT csv, FORCE_QUOTE *);`);
      return { columns, rows: rows === "" ? [] : readCsv(`${rows}\n`) };
    },
    form: (kind, text) => {
      if (kind === "bytes") return text.replace(/^\\x/, "");
      return kind === "timestamptz" ? text.replace(/\+00/, "Z") : text;
    },
    isNative: (type, planned) => type === planned.replace(/^(time|timestamp)$/, "$1 without time zone"),
    keeps: (kind, text) => kind === "json" ? writeJson(asJsonb(readJson(text))) : text,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const isScanned = ({ postgres }: Nasty["from"]) =>
  SCANNED.test(postgres?.type ?? "") && !postgres?.type?.endsWith("[]");
