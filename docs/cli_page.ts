import type { Argument, Command, Flag } from "../runtime/commands/command.ts";
import { COMMANDS } from "../runtime/commands/catalogue.ts";
import { GLOBAL, VERSION } from "../runtime/commands/flags.ts";
import { flagSummary, flagText, usageLine } from "../runtime/commands/help.ts";
import { variableOf } from "../runtime/commands/parse.ts";
import { MADE, page, table } from "./markdown.ts";

/** docs/cli.md: every command with its flags. */
export async function cliPage(): Promise<string> {
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
