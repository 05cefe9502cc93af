import { Type } from "@sinclair/typebox";
import type { DtegError } from "../../../sdk/mod.ts";
import { fault, isMap, type Tree } from "../tree/tree.ts";

/** The schema of `timezone`. */
export const TIMEZONE_SCHEMA = Type.String({
  minLength: 1,
  description:
    "The time zone of dates and times without one: those of --interval-start and --interval-end. Default: UTC.",
});

/** The time zone of a pipeline, and what is wrong with it. */
export function timezoneOf(tree: Tree): { readonly timezone?: string; readonly errors: readonly DtegError[] } {
  const given = isMap(tree.root) ? tree.root.timezone : undefined;
  if (typeof given !== "string") return { errors: [] };
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: given });
    return { timezone: given, errors: [] };
  } catch {
    const message = `"timezone" is ${JSON.stringify(given)}, wanted a time zone such as Europe/Berlin or UTC`;
    return { errors: [fault(tree, "/timezone", { code: "pipeline.invalid", message })] };
  }
}
