import { type CheckStep, DtegError } from "../../../sdk/mod.ts";
import type { End } from "../../config/pipeline.ts";
import { asError, type RunContext } from "../run_context.ts";
import { openDestination, openSource } from "./open_end.ts";

/** A step of a check, and how it ended. */
export interface CheckedStep {
  readonly name: Parameters<CheckStep>[0];
  /** What it was about: a host, a user, a folder. */
  readonly on: string;
  readonly ok: boolean;
  readonly seconds: number;
}

/** Which way an end is used. */
export type EndRole = "source" | "destination";

/** What a check of an end found. */
export interface CheckedEnd {
  readonly steps: readonly CheckedStep[];
  readonly error?: DtegError;
}

/** Checks an end, and tells each step when it has ended. It never throws but when it is interrupted. */
export async function checkEnd(
  end: End,
  role: EndRole,
  { context, onStep }: { readonly context: RunContext; readonly onStep: (step: CheckedStep) => void },
): Promise<CheckedEnd> {
  const steps: CheckedStep[] = [];
  let current: { name: CheckedStep["name"]; on: string; began: number } | undefined;
  const finish = (ok: boolean) => {
    if (!current) return;
    const { name, on, began } = current;
    const isSaid = ok && steps.some((step) => step.ok && step.name === name && step.on === context.mask(on)); // a second try
    current = undefined;
    if (isSaid) return;
    const step = { name, on: context.mask(on), ok, seconds: Math.round(performance.now() - began) / 1000 };
    steps.push(step);
    onStep(step);
  };
  const begin: CheckStep = (name, on) => {
    finish(true);
    current = { name, on, began: performance.now() };
  };
  try {
    if (role === "source") {
      await using opened = await openSource(end, context);
      await opened.source.check(begin);
    } else {
      await using opened = await openDestination(end, context);
      await opened.destination.check(begin);
    }
    if (steps.length === 0 && !current) begin(role === "source" ? "read" : "write", end.label);
    finish(true);
    return { steps };
  } catch (thrown) {
    context.signal.throwIfAborted();
    if (!current) begin("open", end.label);
    finish(false);
    return { steps, error: asError(thrown, context) };
  }
}
