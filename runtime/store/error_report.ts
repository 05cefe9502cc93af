import type { DtegError } from "../../sdk/mod.ts";
import type { ErrorReport } from "./event.ts";

/** An error as data. */
export function errorReport(error: DtegError): ErrorReport {
  const { code, failure, phase, message } = error;
  return {
    code,
    failure,
    phase,
    message,
    path: error.path ?? null,
    line: error.line ?? null,
    col: error.col ?? null,
    column: error.column ?? null,
    hint: error.hint ?? null,
  };
}
