import { join, relative, resolve } from "node:path";
import { DtegError } from "../../../sdk/mod.ts";
import type { App } from "../app.ts";
import { type Command, flagValue, type Input, type Outcome } from "../command.ts";
import { single } from "../flag_value.ts";
import { FLAGS } from "../flags.ts";
import { schemaOf, schemaText } from "./schema.ts";
import {
  nextSteps,
  SCHEMA_PATHS,
  type SchemaName,
  type TemplateFile,
  templateFiles,
  type TemplateName,
  TEMPLATES,
} from "./template.ts";
import { writeAll } from "./write_files.ts";

const NAMES = Object.keys(TEMPLATES) as TemplateName[];
const template = single<TemplateName>({
  name: "template",
  value: "NAME",
  choices: NAMES,
  summary: `What to begin with: ${NAMES.map((name) => `${name} is ${TEMPLATES[name]}`).join(", ")}`,
  default: "files; a terminal is asked",
});

/** `dteg init`: a project that validates and runs as it stands. */
export const init: Command = {
  name: "init",
  summary: "Make a project that runs as it stands",
  group: "project",
  details:
    "It makes dteg.yaml, connections.yaml, a pipeline with a little data, and schemas so that an editor completes " +
    "the files. It overwrites nothing: where a file is there already it stops before it writes any. A .gitignore and " +
    "editor settings that you have are left as they are.",
  args: [{ name: "FOLDER", summary: "Where to make it; the current folder by default" }],
  flags: [template, FLAGS.yes],
  examples: [
    { line: "dteg init shop", what: "a project in the folder shop" },
    { line: "dteg init --template blank -y", what: "an empty one here, without a question" },
  ],
  async run(app, input): Promise<Outcome> {
    const folder = resolve(app.folder, input.args[0] ?? ".");
    const name = await chooseTemplate(app, input);
    const files = [...templateFiles(name), ...await schemaFiles(app)];
    const there = new Set<string>();
    for (const { path } of files) if (await exists(join(folder, path))) there.add(path);
    refuse(files.filter(({ path, optional }) => there.has(path) && !optional));
    const wanted = files.filter(({ path }) => !there.has(path));
    await writeAll(wanted, { folder });
    const made = wanted.map(({ path }) => path), kept = [...there];
    const place = relative(app.folder, folder) || ".";
    return {
      summary: `made a project in ${place} from the template ${name}`,
      result: { folder, template: name, made, kept },
      text: doneText(app, { name, place, made, kept }),
    };
  },
};

async function chooseTemplate({ terminal }: App, input: Input): Promise<TemplateName> {
  const given = flagValue(input, template);
  if (given || flagValue(input, FLAGS.yes)) return given ?? "files";
  const choice = NAMES.map((name) => `  ${terminal.err.bold(name)}  ${TEMPLATES[name]}\n`).join("");
  const answer = await terminal.ask(`Which template?\n${choice}[files]`);
  const found = NAMES.find((name) => name === (answer || "files"));
  if (found) return found;
  throw new DtegError("flag.invalid", `there is no template ${JSON.stringify(answer)}: wanted ${NAMES.join(" or ")}`, {
    hint: "say it with --template",
  });
}

async function schemaFiles({ connectors }: App): Promise<readonly TemplateFile[]> {
  const known = await connectors();
  const names = Object.entries(SCHEMA_PATHS) as [SchemaName, string][];
  return names.map(([name, path]) => ({ path, text: schemaText(schemaOf(name, known)), optional: true }));
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

function doneText({ terminal: { out } }: App, { name, place, made, kept }: {
  readonly name: TemplateName;
  readonly place: string;
  readonly made: readonly string[];
  readonly kept: readonly string[];
}): string {
  const steps = [
    ...(place === "." ? [] : [`cd ${place}`]),
    ...nextSteps(name),
  ];
  return [
    `Made a project in ${out.bold(place)}:`,
    ...made.map((path) => `  ${out.green("+")} ${path}`),
    ...kept.map((path) => `  ${out.dim("=")} ${path} ${out.dim("(yours, left as it is)")}`),
    "",
    "Next:",
    ...steps.map((line) => `  ${out.cyan(line)}`),
  ].join("\n");
}
