import type { Pipeline } from "../../config/pipeline.ts";
import { DEFAULT_RETRY } from "../../config/around/retry.ts";
import { errorReport } from "../../store/error_report.ts";
import { type RetryOptions, waitText } from "./retry.ts";
import { asError, type RunContext } from "../run_context.ts";

/** How a pipeline, or one stream of it, tries again; each wait is told, and kept for the report. */
export function retryOptions(
  { name, retry = DEFAULT_RETRY }: Pipeline,
  context: RunContext,
  { stream, warnings }: { readonly stream?: string; readonly warnings?: string[] } = {},
): RetryOptions {
  return {
    retry,
    signal: context.signal,
    onWait(wait) {
      const error = asError(wait.error, context);
      warnings?.push(waitText({ ...wait, error }));
      context.tell({
        kind: "retry",
        pipeline: name,
        ...(stream !== undefined && { stream }),
        attempt: wait.attempt,
        attempts: wait.attempts,
        seconds: wait.milliseconds / 1000,
        error: errorReport(error),
      });
    },
  };
}
