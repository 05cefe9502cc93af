import { ERROR_CODES, type ErrorCode } from "./error_codes.ts";

/** The class of a failure: it decides retry, alert and, with {@linkcode Phase}, the exit code. */
// deno-fmt-ignore
export type Failure =
  | "config" | "auth" | "environment" | "transient" | "data" | "check" | "schema" | "plugin" | "cancelled" | "internal";

/** Whether data had begun to move when the failure came. */
export type Phase = "before" | "moving";

/** What an error can say besides its code and message. Everything is optional; nothing is guessed. */
export interface ErrorDetails {
  /** Overrides the failure class that the table of codes gives. */
  readonly failure?: Failure;
  readonly phase?: Phase;
  /** What the user can do about it, as an order: `use --key id`. */
  readonly hint?: string;
  /** The file at fault. */
  readonly path?: string;
  /** 1-based line in `path`. */
  readonly line?: number;
  /** 1-based column in `path`, in UTF-16 units. */
  readonly col?: number;
  /** The column of the data that the error is about. */
  readonly column?: string;
  /** Several lines of the file with a caret, for people. */
  readonly excerpt?: string;
  /** Seconds after which a retry makes sense. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
  /** More errors of the same step, when several were found at once. */
  readonly others?: readonly DtegError[];
}

/**
 * The one error class of dteg. The message names what was tried, quotes the value, and says what was wanted.
 *
 * @example
 * ```ts
 * import { DtegError } from "./error.ts";
 * const error = new DtegError("file.not_found", 'cannot read "a.csv": there is no such file', { hint: "check the path" });
 * console.log(error.code, error.failure, error.phase); // file.not_found config before
 * ```
 */
export class DtegError extends Error {
  override readonly name = "DtegError";
  readonly code: ErrorCode;
  readonly failure: Failure;
  readonly phase: Phase;
  readonly hint?: string;
  readonly path?: string;
  readonly line?: number;
  readonly col?: number;
  readonly column?: string;
  readonly excerpt?: string;
  readonly retryAfter?: number;
  readonly others: readonly DtegError[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const { failure = ERROR_CODES[code], phase = "before", others = [], cause, ...rest } = details;
    super(message, { cause });
    Object.assign(this, rest);
    [this.code, this.failure, this.phase, this.others] = [code, failure, phase, others];
  }

  /** The same error with some details replaced. */
  with(details: ErrorDetails): DtegError {
    const copy = new DtegError(this.code, this.message, { ...this, cause: this.cause, ...details });
    copy.stack = this.stack;
    return copy;
  }

  /** Any thrown value as a DtegError: itself, or one of code `internal` that keeps it as its cause. */
  static from(thrown: unknown, details: ErrorDetails = {}): DtegError {
    if (thrown instanceof DtegError) return details.phase ? thrown.with({ phase: details.phase }) : thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new DtegError("internal", message, { cause: thrown, ...details });
  }
}

/** What the system says of a failure, without the number and the call that the runtime adds: `Permission denied`. */
export function systemReason(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replace(/ \(os error \d+\)(: .*)?$/s, "");
}
