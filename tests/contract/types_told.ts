import type { PlannedColumn } from "../../runtime/engine/foresee/run_plan.ts";
import type { End } from "./nasty.ts";

type Cells = readonly string[];

/** Rows of the table below a heading, without backticks. */
function tableOf(page: string, heading: string): readonly Cells[] {
  const section = page.split(/^## /m).find((one) => one.startsWith(`${heading}\n`));
  const lines = section?.split("\n").filter((line) => line.startsWith("| ")).slice(2) ?? [];
  if (lines.length === 0) throw new Error(`docs/types.md has no table "${heading}"`);
  return lines.map((line) => line.slice(2, -2).split(" | ").map((cell) => cell.trim().replaceAll("`", "")));
}

interface Tables {
  readonly from: Readonly<Partial<Record<End, readonly Cells[]>>>;
  readonly into: Readonly<Record<End, readonly Cells[]>>;
}

async function readTables(): Promise<Tables> {
  const page = await Deno.readTextFile(new URL("../../docs/types.md", import.meta.url));
  const json = tableOf(page, "Into NDJSON and JSON");
  return {
    from: { postgres: tableOf(page, "From PostgreSQL"), mysql: tableOf(page, "From MariaDB and MySQL") },
    into: {
      csv: tableOf(page, "Into CSV and TSV"),
      ndjson: json,
      json,
      parquet: tableOf(page, "Into Parquet"),
      duckdb: tableOf(page, "Into DuckDB"),
      postgres: tableOf(page, "Into PostgreSQL"),
      mysql: tableOf(page, "Into MariaDB and MySQL"),
    },
  };
}

/** A type as the page writes it: it has one of each form. */
function ofPage(type: string): string {
  const [, precision, scale] = /^\w+\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (precision === undefined) {
    return type.replace(/\((\d+)\)( zerofill)?$/, (text) => type.startsWith("timestamp") ? text : "(N)");
  }
  if (/39|65/.test(precision)) return type;
  return type.replace(/\(.*/, Number(precision) <= 38 && Number(scale) <= Number(precision) ? "(18,2)" : "(60,5)");
}

const find = (rows: readonly Cells[], type: string) =>
  rows.find(([name]) => name === type) ?? rows.find(([name]) => name.replace(/\((\d+)\)$/, "(N)") === ofPage(type)) ??
    rows.find(([name]) => ofPage(name) === ofPage(type));

/** Without widths that say nothing, and digits of a second. */
const bare = (type: string) =>
  type.replace(/^(year|(?:date)?time(?:stamp)?|(?!tinyint\(1\))\w*int)\(\d+\)/, "$1").replace(" zerofill", "");

/** The type of the list that the page gives to a native type of a source. */
function listed(native: string, rows: readonly Cells[] | undefined): string {
  if (!rows) return native;
  if (native.endsWith("[]")) return "json";
  const plain = bare(native.replace(/^(enum|set)\(.*/, "$1('a','b')"));
  const found = (rows.find(([name]) => bare(name) === plain) ?? find(rows, plain))?.[1] ?? native;
  return /^decimal\(/.test(found) ? native.replace("numeric", "decimal") : found;
}

/** The words for a planned column that the page tells otherwise than the plan; nothing where they agree. */
export type ToldOtherwise = (
  column: PlannedColumn,
  ends: { readonly source: End; readonly target: End },
) => string | undefined;

/** Reads docs/types.md, to hold plans against it. */
export async function readTypesPage(): Promise<ToldOtherwise> {
  const tables = await readTables();
  return ({ from, to, grade }, { source, target }) => {
    if (source === target && tables.from[source]) return grade === "exact" ? undefined : `${from} to ${to} is ${grade}`;
    const type = listed(from, tables.from[source]);
    const kind = type.replace(/^(list|struct)<.*$/, "$1");
    const into = tables.into[target];
    const row = into.find(([name]) => name.startsWith(`${kind}<`)) ?? find(into, type) ??
      into.find(([name]) => name === "a source's own")!;
    const digits = /\((\d+,\d+)\)/.exec(type)?.[1];
    const becomes = digits ? row[1].replace("18,2", digits) : row[1];
    const isNested = kind !== type && target === "duckdb"; // the page has one list and one struct
    if ((isNested || becomes === to) && row[2] === grade) return undefined;
    return `the page tells ${becomes}, ${row[2]} of ${from} (${type}), the plan ${to}, ${grade}`;
  };
}
