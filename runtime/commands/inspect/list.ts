import { DtegError } from "../../../sdk/mod.ts";
import {
  type Declared,
  declaredConnections,
  lintPipeline,
  listPipelines,
  type LoadOptions,
  nearest,
  type PipelineFile,
} from "../../config/mod.ts";
import { errorReport } from "../../store/error_report.ts";
import type { App } from "../app.ts";
import type { Command, Outcome } from "../command.ts";
import { LOAD_FLAGS, loadOptions } from "../project/load_options.ts";
import { formatCountOf } from "../view/numbers.ts";
import { printTable, type ResultRow } from "../view/table.ts";
import { connectionPlace, connectorOfDeclared } from "./declared_place.ts";

const KINDS = ["pipelines", "connections", "connectors"] as const;

/** `dteg list`: what a project has. */
export const list: Command = {
  name: "list",
  summary: "List the pipelines and connections of the project, or the connectors of this version",
  group: "project",
  details: "It reads files only and connects to nothing. " +
    "With --json the result has one member, by what is listed: {pipelines: [{name, path, tags, source, destination, streams, error}]}, " +
    "{connections: [{name, connector, from, path, line}]}, where from is file, environment (of dteg.yaml) or variable, or " +
    "{connectors: [{name, summary, source, destination, schemes}]}.",
  args: [{ name: "WHAT", summary: "pipelines, connections or connectors; pipelines where it is not said" }],
  flags: LOAD_FLAGS,
  examples: [
    { line: "dteg list", what: "the pipelines of the project" },
    { line: "dteg list connections", what: "its connections, and where each is declared" },
    { line: "dteg list connectors", what: "what can be read from and written to" },
  ],
  async run(app, input): Promise<Outcome> {
    const [what = "pipelines"] = input.args;
    const kind = KINDS.find((kind) => kind === what || kind === `${what}s`);
    if (!kind) throw unknownKind(what);
    if (kind === "connectors") return await connectors(app);
    const options = await loadOptions(app, input);
    return kind === "pipelines" ? await pipelines(app, options) : connections(app, options);
  },
};

function unknownKind(what: string): DtegError {
  const near = nearest(what, KINDS);
  return new DtegError("argument.invalid", `list does not know ${JSON.stringify(what)}: wanted ${KINDS.join(", ")}`, {
    hint: near ? `did you mean ${near}?` : "dteg discover SOURCE lists the streams of a source",
  });
}

async function pipelines(app: App, options: LoadOptions): Promise<Outcome> {
  const { project, folder } = options.environment;
  if (!project) {
    throw new DtegError("pipeline.not_found", "this is no project: there is no dteg.yaml in this folder or above", {
      hint: "make one with `dteg init`, or name it with --config",
    });
  }
  const found = await Promise.all((await listPipelines(project, folder)).map((file) => describe(file, options)));
  const rows = found.map(({ name, streams, source, destination, tags, path, error }): ResultRow => [
    name,
    error ? "?" : `${source} → ${destination}`,
    streams.slice(0, 3).join(", ") + (streams.length > 3 ? `, … ${streams.length} in all` : ""),
    tags.join(", "),
    path,
  ]);
  const faulty = found.filter(({ error }) => error);
  for (const { path, error } of faulty) {
    app.terminal.log("warn", `${path} cannot be read: ${error?.message}; \`dteg validate ${path}\` has all of it`);
  }
  return {
    summary: formatCountOf(found.length, "pipeline"),
    result: { pipelines: found },
    output: found.length ? table(app, ["name", "from → to", "streams", "tags", "file"], rows) : undefined,
    text: found.length ? undefined : "there are no pipelines yet: put one into pipelines/",
  };
}

async function describe({ name, path, tags }: PipelineFile, options: LoadOptions) {
  try {
    const { pipeline } = await lintPipeline(path, options);
    const streams = pipeline.streams.map((stream) => stream.name ?? "*");
    return {
      name,
      path,
      tags,
      source: pipeline.source.label || null,
      destination: pipeline.destination.label || null,
      streams,
      error: null,
    };
  } catch (error) {
    if (!(error instanceof DtegError)) throw error;
    return { name, path, tags, source: null, destination: null, streams: [], error: errorReport(error) };
  }
}

function connections(app: App, { environment, connectors }: LoadOptions): Outcome {
  const found = declaredConnections(environment, connectors).map((one: Declared) => ({
    name: one.name,
    connector: connectorOfDeclared(one, connectors),
    from: one.from,
    ...connectionPlace(one),
  }));
  const rows = found.map(({ name, connector, from, path, line }): ResultRow => [
    name,
    connector ?? "?",
    from === "variable" ? "environment variable" : line === null ? path : `${path}:${line}`,
  ]);
  return {
    summary: formatCountOf(found.length, "connection"),
    result: { connections: found },
    output: found.length ? table(app, ["name", "connector", "declared in"], rows) : undefined,
    text: found.length ? undefined : "there are no connections: declare one in connections.yaml beside dteg.yaml",
  };
}

async function connectors(app: App): Promise<Outcome> {
  const found = (await app.connectors()).map(({ name, summary, source, destination, schemes }) => ({
    name,
    summary,
    source: source !== undefined,
    destination: destination !== undefined,
    schemes,
  }));
  const rows = found.map(({ name, summary, source, destination, schemes }): ResultRow => [
    name,
    [...(source ? ["read"] : []), ...(destination ? ["write"] : [])].join(", "),
    schemes.map((scheme) => `${scheme}://`).join(" "),
    summary,
  ]);
  return {
    summary: formatCountOf(found.length, "connector"),
    result: { connectors: found },
    output: table(app, ["name", "can", "URLs", "what it is"], rows),
  };
}

function table({ terminal }: App, heads: readonly string[], rows: readonly ResultRow[]): string | undefined {
  if (terminal.json) return undefined;
  const columns = heads.map((name) => ({ name }));
  return printTable(columns, rows, { style: terminal.out, ...(terminal.outIsTty && { width: terminal.width }) });
}
