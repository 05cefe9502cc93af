import { join, relative, resolve } from "node:path";
import { DtegError, nearest } from "../../../sdk/mod.ts";
import {
  connectionOfUrl,
  entryValue,
  type KnownConnector,
  type NewConnection,
  schemeOf,
  storeSecret,
} from "../../config/mod.ts";
import type { App } from "../app.ts";
import { type Command, type Flag, flagValue, type Input, type Outcome } from "../command.ts";
import { errorText } from "../error_text.ts";
import { single } from "../flag_value.ts";
import { FLAGS } from "../flags.ts";
import type { Terminal } from "../terminal.ts";
import { SCHEMA_PATHS, type SchemaName } from "./editor_files.ts";
import { schemaOf, schemaText } from "./schema.ts";
import {
  type Ends,
  type TemplateEnd,
  type TemplateFile,
  templateFiles,
  type TemplateName,
  templateOf,
  TEMPLATES,
} from "./template.ts";
import { writeAll } from "./write_files.ts";

const NAMES = Object.keys(TEMPLATES) as TemplateName[];
const template = single<TemplateName>({
  name: "template",
  value: "NAME",
  choices: NAMES,
  summary: `What to begin with: ${NAMES.map((name) => `${name} is ${TEMPLATES[name].summary}`).join("; ")}`,
  default: "files; a terminal is asked",
});
const from = single({
  name: "from",
  value: "SOURCE",
  summary: "Where rows come from: a URL or path",
  default: "the template's; a terminal is asked",
});
const to = single({
  name: "to",
  value: "TARGET",
  summary: "Where rows go: a URL or path",
  default: "the template's; a terminal is asked",
});

/** `dteg init`: a project that validates and runs as it stands. */
export const init: Command = {
  name: "init",
  summary: "Make a project that runs as it stands",
  group: "project",
  details:
    "On a terminal it asks three questions: the template, where rows come from, and where they go; -y takes what is usual. " +
    "It makes dteg.yaml, connections.yaml, a pipeline, a test of it, and schemas so that VS Code and the editors of JetBrains " +
    "complete the files. A password in a URL goes to .dteg/secrets/. It overwrites nothing: where a file is there already it " +
    "stops before it writes any. A .gitignore and editor settings that you have are left as they are.",
  args: [{ name: "FOLDER", summary: "Where to make it; the current folder by default" }],
  flags: [template, from, to, FLAGS.yes],
  examples: [
    { line: "dteg init shop", what: "a project in the folder shop" },
    { line: "dteg init --template blank -y", what: "an empty one here, without a question" },
    {
      line: "dteg init mirror --template postgres --from postgres://me@db.example.com/shop",
      what: "all tables of a PostgreSQL database into DuckDB",
    },
  ],
  async run(app, input): Promise<Outcome> {
    const folder = resolve(app.folder, input.args[0] ?? ".");
    const connectors = await app.connectors();
    const name = await chooseTemplate(app, input);
    const { from: source, to: target } = templateOf(name);
    const asking = { app, input, connectors, folder };
    const read = source && await chooseEnd(source, { ...asking, flag: from });
    const written = name === "blank" ? endOf(target.usual, asking) : await chooseEnd(target, { ...asking, flag: to });
    const ends = endsOf({ read, written, source, target });
    const files = [...templateFiles(name, ends), ...schemaFiles(connectors)];
    const there = new Set<string>();
    for (const { path } of files) if (await exists(join(folder, path))) there.add(path);
    refuse(files.filter(({ path, optional }) => there.has(path) && !optional));
    const wanted = files.filter(({ path }) => !there.has(path));
    const secrets = [...secretsOf(read, source), ...secretsOf(written, target)];
    await writeAll(wanted, { folder, shown: relative(app.folder, folder) });
    for (const { name, value } of secrets) {
      await storeSecret(value, { folder: join(folder, ".dteg", "secrets"), name, over: false });
    }
    const made = [...wanted.map(({ path }) => path), ...secrets.map(({ name }) => `.dteg/secrets/${name}`)];
    const kept = [...there];
    const place = relative(app.folder, folder) || ".";
    return {
      summary: `made a project in ${place} from the template ${name}`,
      result: { folder, template: name, made, kept },
      text: doneText(app, { steps: templateOf(name).next(ends), place, made, kept }),
    };
  },
};

async function chooseTemplate({ terminal }: App, input: Input): Promise<TemplateName> {
  const given = flagValue(input, template);
  if (given || flagValue(input, FLAGS.yes)) return given ?? "files";
  const width = Math.max(...NAMES.map((name) => name.length));
  const choice = NAMES.map((name) => `  ${terminal.err.bold(name.padEnd(width))}  ${TEMPLATES[name].summary}\n`).join(
    "",
  );
  return await untilRight(terminal, `Which template?\n${choice}[files]`, (answer) => {
    const found = NAMES.find((name) => name === (answer || "files"));
    if (found) return found;
    const near = nearest(answer, NAMES);
    throw new DtegError(
      "flag.invalid",
      `there is no template ${JSON.stringify(answer)}: wanted ${NAMES.join(" or ")}`,
      {
        hint: near ? `did you mean ${near}?` : "say it with --template",
      },
    );
  });
}

const TRIES = 3;

/** Asks until the answer will do. Without a terminal there is no answer, which is the usual one. */
async function untilRight<T>(terminal: Terminal, question: string, read: (answer: string) => T): Promise<T> {
  for (let tries = 1;; tries++) {
    const answer = await terminal.ask(question);
    try {
      return read(answer ?? "");
    } catch (error) {
      if (!(error instanceof DtegError) || !answer || tries === TRIES) throw error;
      terminal.writeError(`${errorText(error, terminal.err, { width: terminal.width })}\n`);
    }
  }
}

interface Asking {
  readonly app: App;
  readonly input: Input;
  readonly connectors: readonly KnownConnector[];
  /** The project's folder. */
  readonly folder: string;
}

async function chooseEnd(
  { question, usual }: TemplateEnd,
  { flag, ...asking }: Asking & { readonly flag: Flag<string> },
): Promise<NewConnection> {
  const { app: { terminal }, input } = asking;
  const given = flagValue(input, flag);
  if (given !== undefined || flagValue(input, FLAGS.yes)) return endOf(given ?? usual, asking);
  return await untilRight(
    terminal,
    `${question} A URL or path\n[${usual}]`,
    (answer) => endOf(answer || usual, asking),
  );
}

/** A path is one from the current folder, the project's connections begin at its own. */
function endOf(text: string, { app, connectors, folder }: Omit<Asking, "input">): NewConnection {
  if (text.startsWith("${")) {
    const scheme = /:-(\w+):\/\//.exec(text)?.[1] ?? "";
    return { connector: connectorOfScheme(scheme, connectors), url: text, settings: {}, secrets: {} };
  }
  const isUsual = NAMES.some((name) => [TEMPLATES[name].to.usual, templateOf(name).from?.usual].includes(text));
  const inside = schemeOf(text) || text.startsWith("/") || isUsual
    ? text
    : (relative(folder, resolve(app.folder, text)) || ".") + (/\/$/.test(text) ? "/" : "");
  return connectionOfUrl(inside, connectors);
}

function connectorOfScheme(scheme: string, connectors: readonly KnownConnector[]): KnownConnector {
  const found = connectors.find(({ schemes }) => schemes.includes(scheme));
  if (!found) throw new TypeError(`templates need a connector of ${scheme}://`);
  return found;
}

function endsOf({ read, written, source, target }: {
  readonly read?: NewConnection;
  readonly written: NewConnection;
  readonly source?: TemplateEnd;
  readonly target: TemplateEnd;
}): Ends {
  const valueOf = (end: NewConnection, { name }: TemplateEnd) => {
    const value = entryValue(end, (setting) => `\${secret.${secretName(name, setting)}}`);
    return typeof value === "string" && value.startsWith("${") ? { use: end.connector.name, url: value } : value;
  };
  return {
    from: read && source ? valueOf(read, source) : "",
    to: valueOf(written, target),
    isUsualFrom: read?.url === source?.usual,
    hasSchemas: written.connector.name !== "file",
  };
}

function secretsOf(end: NewConnection | undefined, at: TemplateEnd | undefined): { name: string; value: string }[] {
  if (!end || !at) return [];
  return Object.entries(end.secrets).map(([setting, value]) => ({ name: secretName(at.name, setting), value }));
}

function secretName(connection: string, setting: string): string {
  return setting === "password" ? connection : `${connection}_${setting}`;
}

function schemaFiles(connectors: readonly KnownConnector[]): readonly TemplateFile[] {
  const names = Object.entries(SCHEMA_PATHS) as [SchemaName, string][];
  return names.map(([name, path]) => ({ path, text: schemaText(schemaOf(name, connectors)), optional: true }));
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

function refuse(files: readonly TemplateFile[]): void {
  const [first, ...others] = files.map(({ path }) =>
    new DtegError("init.exists", `${JSON.stringify(path)} is there already`, {
      path,
      hint: "nothing was written; choose another folder: dteg init FOLDER",
    })
  );
  if (first) throw first.with({ others });
}

function doneText({ terminal: { out } }: App, { steps, place, made, kept }: {
  readonly steps: readonly string[];
  readonly place: string;
  readonly made: readonly string[];
  readonly kept: readonly string[];
}): string {
  const lines = [
    ...(place === "." ? [] : [`cd ${place}`]),
    ...steps,
  ];
  return [
    `Made a project in ${out.bold(place)}:`,
    ...made.map((path) => `  ${out.green("+")} ${path}`),
    ...kept.map((path) => `  ${out.dim("=")} ${path} ${out.dim("(yours, left as it is)")}`),
    "",
    "Next:",
    ...lines.map((line) => `  ${out.cyan(line)}`),
  ].join("\n");
}
