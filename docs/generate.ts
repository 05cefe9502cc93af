/** Writes the pages that are made from data. `--check` writes nothing and fails when a page differs. */
import type { Argument, Command, Flag } from "../runtime/commands/command.ts";
import { COMMANDS } from "../runtime/commands/catalogue.ts";
import { EXIT_CODES, EXIT_MEANINGS } from "../runtime/commands/exit_code.ts";
import { GLOBAL, VERSION } from "../runtime/commands/flags.ts";
import { flagSummary, flagText, usageLine } from "../runtime/commands/help.ts";
import { variableOf } from "../runtime/commands/parse.ts";
import { ERROR_CODES, type Failure } from "../sdk/mod.ts";

const MADE = "<!-- Made by docs/generate.ts: change the data, not this page. -->";

/** A page and what makes it. Paths start at this folder. */
export const PAGES: readonly { readonly path: string; readonly make: () => Promise<string> }[] = [
  { path: "errors.md", make: () => Promise.resolve(errorsPage()) },
  { path: "cli.md", make: cliPage },
];

function errorsPage(): string {
  const areas = Map.groupBy(
    Object.entries(ERROR_CODES),
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
        rows.map(([code, { failure, when, mend }]) => [`\`${code}\``, failure, when, mend]),
      ),
    ]),
  ]);
}

async function cliPage(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  return page([
    "# The command line",
    MADE,
    "`dteg COMMAND [ARGUMENTS] [FLAGS]`. Flags may stand anywhere after the command, as `--flag value` or `--flag=value`; " +
    "after `--` all is an argument. `dteg COMMAND --help` shows what stands here.",
    table(["Command", "What it does"], commands.map(({ name, summary }) => [`[${name}](#dteg-${name})`, summary])),
    "## Flags of every command",
    flagTable([...Object.values(GLOBAL), VERSION]),
    "## Where a value comes from",
    "A flag on the line wins over its environment variable, and that over what a file says. The variable of a flag is `DTEG_` and " +
    "its name in capitals with `_` for `-`: `DTEG_LOG_LEVEL=debug` is `--log-level debug`, `DTEG_YES=1` is `--yes`. " +
    "An empty variable counts as none.",
    "## For scripts",
    "With `--json` a command prints exactly one object on standard output, also when it fails; all else goes to standard error:",
    '```json\n{"command": "version", "ok": true, "summary": "dteg 0.1.0", "result": {"version": "0.1.0"}, "error": null}\n```',
    "`--log-format json` makes each line on standard error an object with `at`, `level` and `message`. " +
    "[Errors and exit codes](errors.md) lists what can go wrong.",
    "Colour is used on a terminal only; `NO_COLOR`, `--no-color` and `TERM=dumb` turn it off, `FORCE_COLOR` turns it on in a pipe. " +
    "`--no-color` and `NO_COLOR` win over `FORCE_COLOR`.",
    ...commands.flatMap(commandSection),
  ]);
}

function commandSection(command: Command): readonly string[] {
  const { name, summary, details, args, flags, examples } = command;
  return [
    `## dteg ${name}`,
    `${summary}.`,
    `\`\`\`\n${usageLine(command)}\n\`\`\``,
    ...(details ? [details] : []),
    ...(args.length ? [argumentTable(args)] : []),
    ...(flags.length ? [flagTable(flags)] : []),
    ...(examples.length
      ? [`\`\`\`sh\n${examples.map(({ line, what }) => `# ${what}\n${line}`).join("\n")}\n\`\`\``]
      : []),
  ];
}

function argumentTable(args: readonly Argument[]): string {
  return table(["Argument", "What it is"], args.map(({ name, summary }) => [`\`${name}\``, summary]));
}

function flagTable(flags: readonly Flag[]): string {
  const rows = flags.map((flag) => [`\`${flagText(flag)}\``, flagSummary(flag), variable(flag)]);
  return table(["Flag", "What it does", "Variable"], rows);
}

function variable(flag: Flag): string {
  return flag === GLOBAL.help || flag === VERSION ? "" : `\`${variableOf(flag)}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function page(blocks: readonly string[]): string {
  return blocks.join("\n\n") + "\n";
}

/** Names of the pages that are not as they should be; with `write` they are mended. */
export async function stalePages({ write }: { readonly write: boolean }): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const { path, make } of PAGES) {
    const place = new URL(path, import.meta.url);
    const [wanted, found] = [await make(), await readOrNothing(place)];
    if (wanted === found) continue;
    stale.push(`docs/${path}`);
    if (write) await Deno.writeTextFile(place, wanted);
  }
  return stale;
}

async function readOrNothing(place: URL): Promise<string> {
  try {
    return await Deno.readTextFile(place);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

if (import.meta.main) {
  const check = Deno.args.includes("--check");
  const stale = await stalePages({ write: !check });
  if (check && stale.length) {
    console.error(`not as their data: ${stale.join(", ")}\nmend: deno run -A docs/generate.ts`);
    Deno.exit(1);
  }
  if (!check) console.log(stale.length ? `wrote ${stale.join(", ")}` : "all pages are as their data");
}
