import { DtegError } from "../../../sdk/mod.ts";

interface Naming {
  /** Name of the staging table, which is nobody's business. */
  readonly staging: string;
  /** The target as messages name it. */
  readonly label: string;
  /** Names of the columns that are loaded. */
  readonly columns: readonly string[];
}

/** An error of the load in the words of its target. A row that breaks a key or another rule of the table has its own code. */
export function targetError(thrown: unknown, { staging, label, columns }: Naming): unknown {
  if (!(thrown instanceof DtegError)) return thrown;
  const column = columnOfCopy(thrown.cause, columns) ?? thrown.column;
  const named = column === undefined || thrown.message.includes(column) ? "" : `; column ${JSON.stringify(column)}`;
  const message = thrown.message.replaceAll(staging, label.slice(label.lastIndexOf(".") + 1)) + named;
  const isRule = /^23/.test(stateOf(thrown.cause));
  if (!isRule) return new DtegError(thrown.code, message, { ...thrown, cause: thrown.cause, column });
  const reason = message.replace(/^cannot .*?: /, "");
  return new DtegError("data.constraint", `rows do not fit the rules of ${label}: ${reason}; nothing was loaded`, {
    column: thrown.column ?? columnOf(thrown.cause),
    hint: "mend the rows, load with --write merge and the table's key, or change the table",
    cause: thrown,
  });
}

/** The column that COPY stopped at: the server's context has its bare name. */
function columnOfCopy(cause: unknown, columns: readonly string[]): string | undefined {
  const where = textOf(cause, "where");
  return columns.find((name) => where.includes(`, column ${name}: `) || where.includes(`, column ${name}, null`));
}

/** The server's code of an error: SQLSTATE. */
const stateOf = (cause: unknown) => textOf(cause, "code");

function textOf(cause: unknown, field: string): string {
  return typeof cause === "object" && cause !== null ? String(Reflect.get(cause, field) ?? "") : "";
}

/** The column of a key, as the server's detail has it: `Key (id)=(1) already exists.` */
function columnOf(cause: unknown): string | undefined {
  return /^Key \("?([^,()"]+)"?\)=/.exec(textOf(cause, "detail"))?.[1];
}
