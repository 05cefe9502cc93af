import { DtegError, type ErrorCode } from "../../../sdk/mod.ts";
import type { PipelineStream } from "../../config/pipeline.ts";
import { refusedValue } from "../move/duck_error.ts";

/** Codes whose messages may hold a value as the source has it. */
const TELLING: ReadonlySet<ErrorCode> = new Set(
  ["data.value", "data.guess", "csv.invalid", "json.invalid", "query.failed"] as const,
);

/**
 * An error of a stream without the values of its masked columns. One about another column stays as it is; what does not say which
 * column it is about says no more than what was tried and where.
 */
export function hideValues(error: DtegError, { columns }: Pick<PipelineStream, "columns">): DtegError {
  const masked = columns.filter(({ mask }) => mask !== undefined).map(({ name }) => name);
  const isAboutOther = error.column !== undefined && !masked.includes(error.column) && /^data\./.test(error.code);
  if (masked.length === 0 || isAboutOther || !TELLING.has(error.code)) return error;
  const { phase, hint, path, line, col, column } = error;
  const details = { phase, hint, path, line, col, column };
  if (column !== undefined && masked.includes(column)) {
    const type = error.cause instanceof Error ? refusedValue(error.cause.message)?.type : undefined;
    const reason = type === undefined ? "that cannot be taken over" : `which is no ${type}`;
    return new DtegError(
      error.code,
      `column "${column}" holds a value ${reason}; it is not shown, since the column is masked`,
      details,
    );
  }
  const which = masked.length === 1
    ? `column "${masked[0]}"`
    : `columns ${masked.map((name) => `"${name}"`).join(", ")}`;
  const kind = /^(\w+ Error):/.exec(error.message)?.[1];
  const what = kind === undefined ? "the rows cannot be read" : `the rows cannot be read (${kind})`;
  return new DtegError(
    error.code,
    `${what}; what was said of it may hold values of the masked ${which} and is not shown`,
    {
      ...details,
      hint: hint ?? "run it once with `dteg preview` and without the mask where you may see the values",
    },
  );
}
