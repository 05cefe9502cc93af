import { type Column, DtegError, formatName, type PlannedTarget } from "../../../sdk/mod.ts";
import { quoteIdentifier, quotePlace } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";
import { typeOfMysql } from "../type_map.ts";
import { definition, type NewTable } from "./dress.ts";
import { type ExistingTable, findExisting, type MysqlTable } from "./existing_table.ts";
import { sameColumn } from "./fit_columns.ts";
import { nativeType } from "./native_type.ts";

type Evolving = Pick<PlannedTarget, "schema" | "evolve"> & { readonly table: MysqlTable };

/** A table that is to have the columns and types of a load. */
export interface Evolved {
  /** As it will be. */
  readonly table: ExistingTable;
  /** The one statement that makes it so, which the server does as a whole or not at all; absent: it has all. */
  readonly sql?: string;
}

/** What a table becomes for a load. What somebody else changed meanwhile stays. */
export async function evolved(
  session: MysqlSession,
  { target, existing, types, dialect }: Pick<NewTable, "types" | "dialect"> & {
    readonly target: Evolving;
    readonly existing: ExistingTable;
  },
): Promise<Evolved> {
  const { evolve, table, schema } = target;
  if (!evolve) return { table: existing };
  const typeOf = ({ name }: Column) => types.get(name) ?? "longtext";
  const thereOf = ({ name }: Column) => existing.columns.find((one) => sameColumn(one.name, name));
  const added = schema.filter((column) => evolve.add.includes(column.name) && !thereOf(column));
  const widened = schema.filter((column) =>
    Object.hasOwn(evolve.widen, column.name) && evolve.widen[column.name] === thereOf(column)?.native
  );
  if (added.length + widened.length === 0) return { table: existing };
  const whole = quotePlace(table.schema, table.name);
  const made = widened.length > 0 ? await definitions(session, whole) : new Map<string, string>();
  const actions = [
    ...added.map((column) => `ADD COLUMN ${definition(column, { types, dialect, isKey: false })}`),
    ...widened.map((column) => {
      const there = thereOf(column)!;
      const rest = made.get(there.name) ?? "";
      return `MODIFY COLUMN ${quoteIdentifier(there.name)} ${typeOf(column)}${
        rest.slice(typeLength(rest, there.native))
      }`;
    }),
  ];
  const columns = [
    ...existing.columns.map((there) => {
      const column = widened.find(({ name }) => sameColumn(name, there.name));
      return column ? { ...there, native: typeOf(column) } : there;
    }),
    ...added.map((column) => ({ ...blank, name: column.name, native: typeOf(column) })),
  ];
  return { table: { ...existing, columns }, sql: `ALTER TABLE ${whole} ${actions.join(", ")}` };
}

const blank = {
  charset: "utf8mb4",
  collation: null,
  comment: "",
  isNullable: true,
  isComputed: false,
  isCounted: false,
  hasDefault: false,
};

/** Gives a table the columns and types of a load. The server commits that by itself: what it adds is NULL, and no value changes. */
export async function evolveTable(
  session: MysqlSession,
  { table, sql }: Evolved,
  target: Evolving,
): Promise<ExistingTable> {
  if (sql === undefined) return table;
  await session.query(sql).catch((cause) => {
    if (!(cause instanceof DtegError) || cause.failure === "transient" || cause.failure === "cancelled") throw cause;
    throw new DtegError("contract.types", `cannot change ${formatName(target.table)}: ${cause.message}`, {
      cause,
      hint: `change the table by hand, with what hangs on it: ${sql}`,
    });
  });
  return await findExisting(session, target.table) ?? table;
}

/** What the server says of each column behind its name: type, NULL, default, comment and the rest. */
async function definitions(session: MysqlSession, whole: string): Promise<ReadonlyMap<string, string>> {
  const [row] = await session.query(`SHOW CREATE TABLE ${whole}`);
  const text = Object.entries(row ?? {}).find(([name]) => /^create table$/i.test(name))?.[1] ?? "";
  const lines = text.split("\n").slice(1).map((line) => /^\s+`((?:[^`]|``)+)` (.*?),?$/.exec(line));
  return new Map(lines.flatMap((line) => line ? [[line[1].replaceAll("``", "`"), ` ${line[2]}`] as const] : []));
}

/** Length of the type at the beginning of a definition, with its character set, which the type of a text brings itself where it matters. */
function typeLength(definition: string, native: string): number {
  return definition.toLowerCase().startsWith(` ${native.toLowerCase()}`) ? native.length + 1 : 0;
}

/** What a column of the table holds, for contracts. */
export function heldType(native: string): ReturnType<typeof typeOfMysql> {
  const { base, sizes: [digits = 0] } = nativeType(native);
  const type = typeOfMysql({ base, mysqlType: native });
  return type.kind === "timestamp" || type.kind === "timestamptz" ? { ...type, precision: digits } : type;
}
