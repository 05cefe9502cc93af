import { DtegError } from "../../../sdk/mod.ts";
import type { Retry } from "../../config/pipeline.ts";

/** A wait before another attempt. */
export interface Wait {
  /** Number of the attempt that comes, from 2 up. */
  readonly attempt: number;
  readonly attempts: number;
  readonly milliseconds: number;
  readonly error: DtegError;
}

export interface RetryOptions {
  readonly retry: Retry;
  readonly signal: AbortSignal;
  readonly onWait: (wait: Wait) => void;
  /** Why a failure must not be tried again although it may pass; undefined: it may. */
  readonly refuse?: (error: DtegError) => string | undefined;
  /** From 0 to 1; tests give their own. */
  readonly random?: () => number;
}

/**
 * Does a step, and does it again while it fails by what may pass by itself. Each attempt gets its number, from 1 up, and must leave
 * nothing behind that hinders the next. The last error tells how often it was tried.
 */
export async function withRetry<T>(
  step: (attempt: number) => Promise<T>,
  { retry, signal, onWait, refuse = () => undefined, random = Math.random }: RetryOptions,
): Promise<T> {
  const began = performance.now();
  for (let attempt = 1;; attempt++) {
    try {
      return await step(attempt);
    } catch (thrown) {
      const error = DtegError.from(thrown);
      if (error.failure !== "transient" || signal.aborted || retry.attempts === 1) throw thrown;
      const reason = refuse(error);
      if (reason !== undefined) throw told(error, `not tried again: ${reason}`);
      const spent = performance.now() - began;
      if (attempt >= retry.attempts) throw told(error, triedText(attempt, spent));
      const milliseconds = waitBefore(attempt + 1, { retry, error, random });
      if (spent + milliseconds > retry.budget) {
        throw told(error, `${triedText(attempt, spent)}; the retry budget of ${seconds(retry.budget)} is used up`);
      }
      onWait({ attempt: attempt + 1, attempts: retry.attempts, milliseconds, error });
      await pause(milliseconds, signal);
    }
  }
}

/** A random part of a wait that doubles, so that many runs do not come back at once; a server that names a time is obeyed. */
function waitBefore(
  attempt: number,
  { retry, error, random }: { readonly retry: Retry; readonly error: DtegError; readonly random: () => number },
): number {
  const { backoff, delay, maxDelay } = retry;
  const own = backoff === "none"
    ? 0
    : backoff === "fixed"
    ? Math.min(delay, maxDelay)
    : random() * Math.min(delay * 2 ** (attempt - 2), maxDelay);
  return Math.round(Math.max(own, (error.retryAfter ?? 0) * 1000));
}

/** Waits; an interrupted run waits no longer. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}

/** The sentence by which log and report tell of a wait. */
export function waitText({ attempt, attempts, milliseconds, error }: Wait): string {
  const when = milliseconds < 50 ? "retrying at once" : `retrying in ${seconds(milliseconds)}`;
  return `${when} (attempt ${attempt} of ${attempts}): ${error.message}`;
}

const triedText = (attempts: number, spent: number) =>
  attempts === 1 ? "tried once" : `tried ${attempts} times in ${seconds(spent)}`;

const seconds = (milliseconds: number) =>
  milliseconds < 10_000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${Math.round(milliseconds / 1000)} s`;

function told(error: DtegError, text: string): DtegError {
  const copy = new DtegError(error.code, `${error.message} (${text})`, { ...error, cause: error.cause });
  copy.stack = error.stack;
  return copy;
}
