import { DuckDBInstance } from "@duckdb/node-api";

/** What is loaded: many rows, wide ones, or fields of 1 MB. */
export interface Shape {
  readonly name: string;
  /** The heading of its table in the page. */
  readonly title: string;
  readonly rows: number;
  /** Rows as SQL of DuckDB: `id`, and `n`, which one row in ten has otherwise in the changes. */
  sql(rows: number, changed: boolean): string;
}

const number = (changed: boolean) => `CASE WHEN range % 10 = 0 THEN ${changed ? "-1" : "0"} ELSE range END AS n`;

export const SHAPES: readonly Shape[] = [
  {
    name: "rows",
    title: "Many rows of 6 columns",
    rows: 10_000_000,
    sql: (rows, changed) =>
      `SELECT range AS id, md5(range::VARCHAR) AS name, ${
        number(changed)
      }, (range % 1000 / 4)::DECIMAL(18,2) AS amount, ` +
      `range % 3 = 0 AS paid, TIMESTAMP '2020-01-01' + to_seconds(range) AS at FROM range(${rows})`,
  },
  {
    name: "wide",
    title: "Rows of 150 columns",
    rows: 200_000,
    sql: (rows, changed) =>
      `SELECT range AS id, ${number(changed)}, ${
        Array.from({ length: 148 }, (_, at) => `'text ' || (range % ${at + 2}) AS c${at}`).join(", ")
      } FROM range(${rows})`,
  },
  {
    name: "fields",
    title: "Fields of 1 MB",
    rows: 1000,
    sql: (rows, changed) =>
      `SELECT range AS id, ${number(changed)}, repeat(md5(range::VARCHAR), 31250) AS doc FROM range(${rows})`,
  },
];

/** What a target must hold after a load of rows, as the line of a query for `count(*), sum(n)`. */
export function wantedOf(rows: number, { changed }: { readonly changed: boolean }): string {
  const tenths = Math.ceil(rows / 10);
  const kept = rows * (rows - 1) / 2 - 10 * (tenths * (tenths - 1) / 2);
  return `${rows},${kept - (changed ? tenths : 0)}`;
}

/** Files of both states of a shape, made once: `FOLDER/rows_10000000_base.csv` and so on. */
export async function makeFiles(shape: Shape, { folder, rows }: { readonly folder: string; readonly rows: number }) {
  const instance = await DuckDBInstance.create(":memory:", { memory_limit: "4GB" });
  const connection = await instance.connect();
  try {
    for (const changed of [false, true]) {
      const path = (suffix: string) => filePath(shape, { folder, rows, changed, suffix });
      const groups = shape.name === "fields" ? ", ROW_GROUP_SIZE_BYTES '16MB'" : "";
      if (groups) await connection.run("SET preserve_insertion_order = false; SET threads = 1");
      const formats = { csv: "FORMAT csv, HEADER", ndjson: "FORMAT json", parquet: `FORMAT parquet${groups}` };
      for (const [suffix, options] of Object.entries(formats)) {
        if (await isThere(path(suffix))) continue;
        await connection.run(`COPY (${shape.sql(rows, changed)}) TO '${path(suffix)}.new' (${options})`);
        await Deno.rename(`${path(suffix)}.new`, path(suffix));
      }
      if (await isThere(path("duckdb"))) continue;
      await connection.run(`ATTACH '${path("duckdb")}.new' AS made`);
      await connection.run(`CREATE TABLE made.t AS ${shape.sql(rows, changed)}`);
      await connection.run("DETACH made");
      await Deno.rename(`${path("duckdb")}.new`, path("duckdb"));
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The path of a file that {@linkcode makeFiles} made. */
export function filePath(
  { name }: Shape,
  { folder, rows, changed, suffix }: {
    readonly folder: string;
    readonly rows: number;
    readonly changed: boolean;
    readonly suffix: string;
  },
): string {
  return `${folder}/${name}_${rows}_${changed ? "changes" : "base"}.${suffix}`;
}

const isThere = (path: string) => Deno.stat(path).then(() => true, () => false);
