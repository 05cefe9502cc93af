import type { Failure, Phase } from "../../sdk/mod.ts";

/** Exit codes of a failure before data moves, and while. */
export const EXIT_CODES: Readonly<Record<Failure, Readonly<Record<Phase, number>>>> = {
  config: { before: 2, moving: 1 },
  auth: { before: 3, moving: 1 },
  environment: { before: 3, moving: 1 },
  transient: { before: 3, moving: 1 },
  plugin: { before: 3, moving: 1 },
  data: { before: 1, moving: 1 },
  schema: { before: 4, moving: 4 },
  check: { before: 4, moving: 4 },
  cancelled: { before: 130, moving: 130 },
  internal: { before: 1, moving: 1 },
};

/** Some streams or pipelines failed and others did not. */
export const EXIT_PARTIAL = 5;

/** What an exit code means, for help and docs. */
export const EXIT_MEANINGS: readonly { readonly code: string; readonly meaning: string }[] = [
  { code: "0", meaning: "all went well" },
  { code: "1", meaning: "the run failed while data moved, or the data is at fault" },
  { code: "2", meaning: "a fault in the command line, a file or a setting" },
  { code: "3", meaning: "the environment or a connection: unreachable, login, missing right" },
  { code: "4", meaning: "a data check or a contract failed, or a type would lose values" },
  { code: "5", meaning: "some streams or pipelines failed, others did not" },
  { code: "130, 143", meaning: "interrupted by Ctrl-C, by SIGTERM" },
];

/** The exit code of a failure; `signal` is what interrupted, for `cancelled`. */
export function exitCode(
  { failure, phase }: { readonly failure: Failure; readonly phase: Phase },
  { signal }: { readonly signal?: unknown } = {},
): number {
  return failure === "cancelled" && signal === "SIGTERM" ? 143 : EXIT_CODES[failure][phase];
}
