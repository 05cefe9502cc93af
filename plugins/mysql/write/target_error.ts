import { DtegError, type ErrorCode } from "../../../sdk/mod.ts";

interface Naming {
  /** Name of the staging table, which is nobody's business. */
  readonly staging: string;
  /** The target as messages name it. */
  readonly label: string;
  /** Names of the columns that are loaded. */
  readonly columns: readonly string[];
  /** Rows come into the staging table, where only keys must be there. */
  readonly isStaging?: boolean;
}

type Case = readonly [numbers: readonly number[], code: ErrorCode, hint: string];

const TOO_MANY_COLUMNS = 1117;
const TOO_WIDE =
  "a table of InnoDB holds at most 1017 columns, about 197 of them long texts, and 65535 bytes a row beside " +
  "those: leave columns out (`select`), or declare types";

/** A NULL where none may be. */
const NULLS = [1048, 1263, 1138, 1171];
const NULL_IN_KEY: Case = [
  NULLS,
  "data.key_null",
  "a key must be there in every row: choose another key, or leave such rows out with `where`",
];
const NULL_IN_TABLE: Case = [NULLS, "data.constraint", "mend the rows, or change the table"];

/** Errors that only a load has, by the server's number. */
const CASES: readonly Case[] = [
  [
    [1070, 1071, 1170],
    "schema.incompatible",
    "a key of InnoDB holds at most 3072 bytes: choose a shorter one, or declare its type",
  ],
  [[1117, 1118, 1074, 1101, 139], "schema.incompatible", TOO_WIDE],
  [[1059, 1166, 1103], "target.name", "give it another name with `into`, or `columns: { …: { as: … } }`"],
  [[1153, 1301], "data.value", "raise max_allowed_packet of the server"],
  [[1406, 1265], "data.value", "mend the value, or give the table a type that holds it"],
  [
    [3750],
    "schema.incompatible",
    "the server wants a primary key in each table (sql_require_primary_key), and rows are staged without one: switch it off for this user",
  ],
  [[1785, 1786], "connection.conflict", "run again"],
  [[1568, 1792, 3100], "target.read_only", "connect to the primary"],
];

/** An error of the load in the words of its target. A row that breaks a key or another rule of the table has its own code. */
export function targetError(thrown: unknown, { staging, label, columns, isStaging = false }: Naming): unknown {
  if (!(thrown instanceof DtegError)) return thrown;
  const said = thrown.cause instanceof Object ? Number(Reflect.get(thrown.cause, "errno") ?? 0) : 0;
  const errno = thrown.message.includes('"Too many columns"') ? TOO_MANY_COLUMNS : said;
  const name = label.slice(label.lastIndexOf(".") + 1);
  const message = thrown.message.replaceAll(staging, name);
  const found = [...CASES, isStaging ? NULL_IN_KEY : NULL_IN_TABLE].find(([numbers]) => numbers.includes(errno));
  const column = thrown.column ?? columnOf(message, columns);
  if (found) {
    const [, code, hint] = found;
    return new DtegError(code, `${message}; nothing was loaded`, { column, hint, cause: thrown.cause });
  }
  if (thrown.code === "stream.not_found") { // of a load only its staging table can be missing
    return new DtegError(
      "connection.conflict",
      `somebody dropped the staging table of the load into ${label}: ${message}`,
      {
        hint: "run again",
        cause: thrown.cause,
      },
    );
  }
  if (thrown.code !== "data.constraint") {
    return new DtegError(thrown.code, message, { ...thrown, cause: thrown.cause, column });
  }
  const reason = message.replace(/^cannot .*?: /, "");
  return new DtegError("data.constraint", `rows do not fit the rules of ${label}: ${reason}; nothing was loaded`, {
    column,
    hint: "mend the rows, load with --write merge and the table's key, or change the table",
    cause: thrown,
  });
}

function columnOf(message: string, columns: readonly string[]): string | undefined {
  const named = /[Cc]olumn '([^']+)'/.exec(message)?.[1];
  const checked = /CONSTRAINT `(.+)` failed for/.exec(message)?.[1]; // the rule that a column is JSON has the column's name
  return columns.find((name) => name === named || (checked?.endsWith(`.${name}`) ?? false));
}
