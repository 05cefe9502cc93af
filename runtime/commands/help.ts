import type { Command, Flag } from "./command.ts";
import { EXIT_MEANINGS } from "./exit_code.ts";
import { GLOBAL, VERSION } from "./flags.ts";
import type { Style } from "./style.ts";

/** How a page is set. */
export interface PageOptions {
  readonly style: Style;
  /** Columns of the screen; a page is never wider than 100. */
  readonly width: number;
}

const GROUPS: readonly { readonly group: Command["group"]; readonly title: string }[] = [
  { group: "project", title: "A project" },
  { group: "data", title: "Data" },
  { group: "inspect", title: "What was done" },
];
const FIRST_STEPS: readonly Row[] = [
  ["dteg run orders.csv", "load a file into dteg.duckdb"],
  ["dteg query 'SELECT * FROM orders'", "look at it"],
  ["dteg init shop", "begin a project"],
];

type Row = readonly [left: string, right: string];

/** The page of `dteg help`. */
export function overviewPage(commands: readonly Command[], { style, width, version }: PageOptions & {
  readonly version: string;
}): string {
  const page = new Page({ style, width });
  page.line(`${style.bold("dteg")} ${version}: moves, transforms and checks data, in one binary`);
  page.section("Usage").line("  dteg COMMAND [ARGUMENTS] [FLAGS]");
  for (const { group, title } of GROUPS) {
    const rows = commands.filter((command) => command.group === group).map(({ name, summary }): Row => [name, summary]);
    page.section(title).rows(rows);
  }
  page.section("Flags of every command").rows([...Object.values(GLOBAL), VERSION].map(flagRow));
  page.section("First steps").rows(FIRST_STEPS);
  page.line().line("`dteg help COMMAND` has more on a command, `dteg help CODE` on an error's code.");
  return page.text;
}

/** The page of one command. */
export function commandPage(command: Command, { style, width }: PageOptions): string {
  const page = new Page({ style, width });
  const title = `dteg ${command.name}`;
  const [first, ...rest] = wrap(`${title}: ${lowerFirst(command.summary)}`, Math.max(40, Math.min(width, 100)));
  for (const line of [style.bold(title) + first.slice(title.length), ...rest]) page.line(line);
  page.section("Usage").line(`  ${usageLine(command)}`);
  if (command.details) page.line().paragraph(command.details);
  if (command.args.length) page.section("Arguments").rows(command.args.map(({ name, summary }) => [name, summary]));
  if (command.flags.length) page.section("Flags").rows(command.flags.map(flagRow));
  page.section("Flags of every command").rows(Object.values(GLOBAL).map(flagRow));
  if (command.examples.length) {
    page.section("Examples");
    for (const { line, what } of command.examples) page.line(`  ${style.cyan(line)}`).rows([["", what]]);
  }
  page.section("Exit codes").rows(EXIT_MEANINGS.map(({ code, meaning }) => [code, meaning]));
  page.line().paragraph(
    "Every flag has an environment variable: DTEG_ and its name in capitals, DTEG_LOG_LEVEL for --log-level. A flag on the line wins.",
  );
  return page.text;
}

/** `dteg run [PIPELINE…] [FLAGS]`. */
export function usageLine({ name, args }: Command): string {
  const words = args.map(({ name, required, many }) => {
    const word = many ? `${name}…` : name;
    return required ? word : `[${word}]`;
  });
  return ["dteg", name, ...words, "[FLAGS]"].join(" ");
}

/** A flag as help and docs print it: `-c, --config FILE`. */
export function flagText({ name, short, value }: Flag): string {
  return `${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`;
}

/** What a flag is for, with its words, its default, and whether it may be repeated. */
export function flagSummary({ summary, choices, many, default: preset }: Flag): string {
  const notes = [
    ...(choices ? [`one of ${choices.join(", ")}`] : []),
    ...(many && !/repeat/.test(summary) ? ["may be repeated"] : []),
    ...(preset ? [`default: ${preset}`] : []),
  ];
  return notes.length ? `${summary} (${notes.join("; ")})` : summary;
}

function flagRow(flag: Flag): Row {
  return [flag.short ? flagText(flag) : `    ${flagText(flag)}`, flagSummary(flag)];
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text[0].toLowerCase() + text.slice(1) : text;
}

/** Lines within a width. */
class Page {
  readonly #lines: string[] = [];
  readonly #style: Style;
  readonly #width: number;

  constructor({ style, width }: PageOptions) {
    this.#style = style;
    this.#width = Math.max(40, Math.min(width, 100));
  }

  get text(): string {
    return this.#lines.join("\n") + "\n";
  }

  line(text = ""): this {
    this.#lines.push(text);
    return this;
  }

  section(title: string): this {
    return this.line().line(this.#style.bold(title));
  }

  paragraph(text: string): this {
    for (const line of wrap(text, this.#width)) this.line(line);
    return this;
  }

  /** Two columns; a long left side has a line of its own. */
  rows(rows: readonly Row[]): this {
    const left = Math.min(26, Math.max(...rows.map(([name]) => name.length))) + 2;
    for (const [name, summary] of rows) {
      const lines = wrap(summary, this.#width - left - 2);
      const own = name.length > left - 2;
      if (own) this.line(`  ${this.#style.cyan(name)}`);
      lines.forEach((line, at) => {
        const first = at === 0 && !own ? name : "";
        this.line(`  ${this.#style.cyan(first)}${" ".repeat(left - first.length)}${line}`);
      });
    }
    return this;
  }
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line += line ? ` ${word}` : word;
    }
    lines.push(line);
  }
  return lines;
}
