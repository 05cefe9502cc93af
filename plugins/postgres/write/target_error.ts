import { DtegError } from "../../../sdk/mod.ts";

interface Naming {
  /** Name of the staging table, which is nobody's business. */
  readonly staging: string;
  /** The target as messages name it. */
  readonly label: string;
}

/** An error of the load in the words of its target. A row that breaks a key or another rule of the table has its own code. */
export function targetError(thrown: unknown, { staging, label }: Naming): unknown {
  if (!(thrown instanceof DtegError)) return thrown;
  const message = thrown.message.replaceAll(staging, label.slice(label.lastIndexOf(".") + 1));
  const isRule = /^23/.test(stateOf(thrown.cause));
  if (!isRule) return message === thrown.message ? thrown : withMessage(thrown, message);
  const reason = message.replace(/^cannot .*?: /, "");
  return new DtegError("data.constraint", `rows do not fit the rules of ${label}: ${reason}; nothing was loaded`, {
    column: thrown.column ?? columnOf(thrown.cause),
    hint: "mend the rows, load with --write merge and the table's key, or change the table",
    cause: thrown,
  });
}

const withMessage = (error: DtegError, message: string) =>
  new DtegError(error.code, message, { ...error, cause: error.cause });

/** The server's code of an error: SQLSTATE. */
function stateOf(cause: unknown): string {
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
}

/** The column of a key, as the server's detail has it: `Key (id)=(1) already exists.` */
function columnOf(cause: unknown): string | undefined {
  const detail = typeof cause === "object" && cause !== null && "detail" in cause ? String(cause.detail) : "";
  return /^Key \("?([^,()"]+)"?\)=/.exec(detail)?.[1];
}
