import { type TSchema, Type } from "@sinclair/typebox";
import { noted } from "../form/note.ts";
import type { Retry } from "../pipeline.ts";
import { DURATION_PATTERN, parseDuration } from "../size.ts";
import { isMap, type Plain } from "../tree/tree.ts";

/** What holds where a pipeline does not say it: a hiccup passes, and a server that stays away is told within seconds. */
export const DEFAULT_RETRY: Retry = {
  attempts: 3,
  backoff: "exponential",
  delay: 1000,
  maxDelay: 30_000,
  budget: 300_000,
};

function duration(description: string) {
  return Type.Optional(
    noted(Type.String({ pattern: DURATION_PATTERN, description }), { wanted: "a duration such as 500ms, 5s or 2m" }),
  );
}

/** The schema of `retry`. */
export const RETRY_SCHEMA: TSchema = noted(
  Type.Object({
    attempts: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: "How often in all; 1 tries nothing again. Default: 3." }),
    ),
    backoff: Type.Optional(
      Type.Union([Type.Literal("exponential"), Type.Literal("fixed"), Type.Literal("none")], {
        description: "How the wait grows: doubled each time, the same, or no wait. Default: exponential.",
      }),
    ),
    delay: duration(
      "The first wait. With exponential each wait is a random part of it, so that many runs do not come back at once. Default: 1s.",
    ),
    max_delay: duration("The longest wait, unless the server asks for a longer one. Default: 30s."),
    budget: duration("No attempt begins later than this after the first. Default: 5m."),
  }, {
    additionalProperties: false,
    title: "retry",
    description: "What passes by itself (a lost connection, a deadlock, a server that starts) is tried again.",
  }),
  { wanted: "a mapping such as { attempts: 3, backoff: exponential }" },
);

/** What `retry` of a pipeline says, where its form is right. */
export function retryOf(root: Plain): { readonly retry?: Retry } {
  const given = isMap(root) ? root.retry : undefined;
  if (!isMap(given)) return {};
  const time = (value: Plain | undefined, usual: number) => {
    try {
      return typeof value === "string" ? parseDuration(value) : usual;
    } catch {
      return usual; // its form is told with that of all else
    }
  };
  const delay = time(given.delay, DEFAULT_RETRY.delay);
  return {
    retry: {
      attempts: typeof given.attempts === "number" ? given.attempts : DEFAULT_RETRY.attempts,
      backoff: (given.backoff ?? DEFAULT_RETRY.backoff) as Retry["backoff"],
      delay,
      maxDelay: time(given.max_delay, Math.max(delay, DEFAULT_RETRY.maxDelay)),
      budget: time(given.budget, DEFAULT_RETRY.budget),
    },
  };
}
