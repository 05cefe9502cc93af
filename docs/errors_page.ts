import { ERROR_HELP } from "../runtime/commands/project/error_help.ts";
import { EXIT_CODES, EXIT_MEANINGS } from "../runtime/commands/exit_code.ts";
import { ERROR_CODES, type ErrorCode, type Failure } from "../sdk/mod.ts";
import { MADE, page, table } from "./markdown.ts";

/** docs/errors.md: every error code, and the exit codes. */
export function errorsPage(): string {
  const areas = Map.groupBy(
    Object.entries(ERROR_CODES) as [ErrorCode, Failure][],
    ([code]) => code.includes(".") ? code.split(".")[0] : "general",
  );
  const failures = Object.entries(EXIT_CODES) as [Failure, typeof EXIT_CODES[Failure]][];
  return page([
    "# Errors and exit codes",
    MADE,
    "An error says what was tried, quotes the value at fault, and says what was wanted. It has a **code** that stays the same " +
    "in all versions, so a script may rely on it. `dteg help CODE` shows what stands here.",
    "With `--json` the envelope's `error` is an object with the keys `code`, `failure`, `phase`, `message`, `path`, `line`, " +
    "`col`, `column` and `hint`; a key without a value is `null`. `path`, `line` and `col` point into a file, `column` is a " +
    "column of the data. Where several faults were found at once, the rest stands in `others`. " +
    "Without `--json`, a fault in a file begins with `FILE:LINE:COL:`, which editors turn into a link.",
    "## Exit codes",
    table(["Exit code", "Meaning"], EXIT_MEANINGS.map(({ code, meaning }) => [code, meaning])),
    "The kind of failure decides, and whether data had begun to move:",
    table(
      ["Failure", "Before data moves", "While data moves"],
      failures.map(([failure, { before, moving }]) =>
        failure === "cancelled" ? [failure, "130 or 143", "130 or 143"] : [failure, `${before}`, `${moving}`]
      ),
    ),
    "When some streams or pipelines failed and others did not, the exit code is 5. When all failed, it is that of the first one.",
    "## Codes",
    ...[...areas].flatMap(([area, rows]) => [
      `### ${area}`,
      table(
        ["Code", "Failure", "When", "What to do"],
        rows.map(([code, failure]) => {
          const { when, mend } = ERROR_HELP[code];
          return [`\`${code}\``, failure, when, mend];
        }),
      ),
    ]),
  ]);
}
