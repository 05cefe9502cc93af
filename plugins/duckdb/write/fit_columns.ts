import {
  type DataType,
  DtegError,
  formatName,
  nearest,
  type PlannedTarget,
  type TableOptions,
  type Target,
} from "../../../sdk/mod.ts";
import type { ExistingTable } from "./existing_table.ts";
import { nativeType } from "./type_table.ts";

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Columns of the load as the table calls them; refused where the table lacks one or holds another type. */
export function fitColumns(existing: ExistingTable, target: Target): readonly string[] {
  const table = formatName(target.table);
  return target.schema.map(({ name, type }) => {
    const there = existing.columns.find((column) => same(column.name, name));
    if (!there) {
      throw new DtegError(
        "schema.incompatible",
        `table ${table} has no column ${JSON.stringify(name)}; it has ${shown(existing)}`,
        {
          column: name,
          hint: `leave it out (columns: { ${name}: { drop: true } }), or add it: ` +
            `ALTER TABLE ${table} ADD COLUMN ${JSON.stringify(name)} ${nativeType(type)}`,
        },
      );
    }
    const wanted = nativeType(type);
    if (!holds(there.native, wanted) && !holdsLess(there.native, type)) {
      throw new DtegError(
        "schema.incompatible",
        `column ${JSON.stringify(name)} of table ${table} is ${there.native}, and the load brings ${wanted}`,
        {
          column: name,
          hint: "declare the type that the table has under `columns`, or change the table's column",
        },
      );
    }
    return there.name;
  });
}

/** Columns of the table that the load does not bring: new rows have their default there. */
export function columnsLeftOut(existing: ExistingTable, target: Target): readonly string[] {
  return existing.columns.map(({ name }) => name).filter((name) =>
    !target.schema.some((column) => same(column.name, name))
  );
}

/** The names of `asked` as the load has them; refused where it lacks one. `use` says what they are for. */
export function loadedColumns(
  asked: readonly string[],
  { target, use }: { readonly target: PlannedTarget; readonly use: string },
): readonly string[] {
  return asked.map((name) => {
    const found = target.schema.find((column) => column.name === name) ??
      target.schema.find((column) => same(column.name, name));
    if (found) return found.name;
    const all = target.schema.map((column) => column.name);
    const names = all.slice(0, 8).join(", ");
    const near = nearest(name, all);
    throw new DtegError(
      "column.unknown",
      `${use} ${JSON.stringify(name)} is not among the columns loaded into ${formatName(target.table)}: ${names}`,
      { column: name, ...(near && { hint: `did you mean ${near}?` }) },
    );
  });
}

function shown({ columns }: ExistingTable): string {
  const some = columns.slice(0, 8).map(({ name }) => name).join(", ");
  return columns.length > 8 ? `${some} and ${columns.length - 8} more` : some;
}

const WIDTH: readonly (readonly string[])[] = [
  ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"],
  ["UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"],
  ["UTINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"],
  ["USMALLINT", "INTEGER", "BIGINT", "HUGEINT"],
  ["UINTEGER", "BIGINT", "HUGEINT"],
  ["UBIGINT", "HUGEINT"],
  ["FLOAT", "DOUBLE"],
];
const ALIASES: Readonly<Record<string, string>> = {
  TIMESTAMPTZ: "TIMESTAMP WITH TIME ZONE",
  TIMETZ: "TIME WITH TIME ZONE",
};

/** True when every value of `wanted` is one of `native`. */
function holds(native: string, wanted: string): boolean {
  const plain = wanted.replace(/TIMESTAMPTZ|TIMETZ/g, (word) => ALIASES[word]).replace(
    /DECIMAL\((\d+), (\d+)\)/g,
    "DECIMAL($1,$2)",
  );
  if (native === plain || unquoted(native) === unquoted(plain)) return true;
  if (WIDTH.some((line) => line.includes(plain) && line.indexOf(native) > line.indexOf(plain))) return true;
  const [have, want] = [native, plain].map((type) => /^DECIMAL\((\d+),\s?(\d+)\)$/.exec(type)?.slice(1).map(Number));
  return have !== undefined && want !== undefined && have[1] >= want[1] && have[0] - have[1] >= want[0] - want[1];
}

/** True for types that hold less than the one that dteg would make, and all of this column; a word that an ENUM lacks stops the load. */
function holdsLess(native: string, type: DataType): boolean {
  if (type.kind === "text") return native.startsWith("ENUM(");
  if (type.kind !== "timestamp") return false;
  return (native === "TIMESTAMP_MS" && type.precision <= 3) || (native === "TIMESTAMP_S" && type.precision === 0);
}

/** DuckDB prints the names of a struct's fields in quotes only where they need them. */
const unquoted = (type: string) => type.replace(/"(\w+)" /g, "$1 ");

/** Columns of keys and indexes that the load does not bring are refused before anything moves. */
export function checkedOptions(target: PlannedTarget): TableOptions {
  const { primaryKey = [], indexes = [] } = target.options;
  if (target.schema.length === 0) return target.options;
  return {
    ...target.options,
    primaryKey: loadedColumns(primaryKey, { target, use: "the column of the primary key" }),
    indexes: indexes.map((columns) => loadedColumns(columns, { target, use: "the column of an index" })),
  };
}
