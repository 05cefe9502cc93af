import { resolve } from "node:path";
import { DtegError } from "../../../sdk/mod.ts";
import type { RunPlan } from "../../engine/foresee/run_plan.ts";
import type { App } from "../app.ts";
import { type Flag, flagValue, type Input } from "../command.ts";
import { single } from "../flag_value.ts";
import { makePlan } from "./plan.ts";

/** `run --plan`. */
export const PLAN: Flag<string> = single({
  name: "plan",
  value: "FILE",
  summary: "Load only if a plan of `dteg plan -o FILE` still holds",
});

/** Refuses to go on where the plan of --plan does not hold any more; without the flag it does nothing. */
export async function requirePlan(app: App, input: Input): Promise<void> {
  const file = flagValue(input, PLAN);
  if (file === undefined) return;
  const planned = await readPlan(file, app.folder);
  const { plan: now } = await makePlan(app, input);
  const { stalenessOf } = await import("../../engine/foresee/stale_plan.ts");
  const changes = stalenessOf(planned, now);
  if (changes.length === 0) return;
  const more = changes.length > 3 ? `; and ${changes.length - 3} more` : "";
  throw new DtegError("plan.stale", `the plan is stale: ${changes.slice(0, 3).join("; ")}${more}`, {
    path: file,
    hint: `look at it again: dteg plan -o ${file}`,
  });
}

async function readPlan(file: string, folder: string): Promise<RunPlan> {
  const invalid = (reason: string, cause?: unknown) =>
    new DtegError("plan.invalid", `cannot read the plan ${JSON.stringify(file)}: ${reason}`, {
      path: file,
      cause,
      hint: "make it with `dteg plan -o FILE`",
    });
  let text: string;
  try {
    text = await Deno.readTextFile(resolve(folder, file));
  } catch (cause) {
    const isAbsent = cause instanceof Deno.errors.NotFound;
    throw invalid(isAbsent ? "there is no such file" : cause instanceof Error ? cause.message : String(cause), cause);
  }
  try {
    const read: unknown = JSON.parse(text);
    if (isPlan(read)) return read;
  } catch (cause) {
    throw invalid("it is no JSON", cause);
  }
  throw invalid("it is not what `dteg plan -o` writes");
}

function isPlan(value: unknown): value is RunPlan {
  return typeof value === "object" && value !== null && "plan" in value && value.plan === 1 && "pipelines" in value &&
    Array.isArray(value.pipelines);
}
