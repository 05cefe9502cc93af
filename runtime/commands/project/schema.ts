import { resolve } from "node:path";
import { DtegError } from "../../../sdk/mod.ts";
import {
  connectionsSchema,
  type JsonSchema,
  type KnownConnector,
  pipelineSchema,
  projectSchema,
} from "../../config/mod.ts";
import { type Command, flagValue, type Outcome } from "../command.ts";
import { word } from "../flag_value.ts";
import { FLAGS } from "../flags.ts";
import { writeNew } from "./write_files.ts";
import type { SchemaName } from "./editor_files.ts";

const NAMES: readonly SchemaName[] = ["pipeline", "project", "connections"];

/** `dteg schema`: JSON Schema of the files, for editors and for the curious. */
export const schema: Command = {
  name: "schema",
  summary: "Print the JSON Schema of a file: of a pipeline, dteg.yaml or connections.yaml",
  group: "project",
  details:
    "Editors complete and check YAML with it. `dteg init` wires it up for you; in any other file the first line " +
    "`# yaml-language-server: $schema=PATH` does.",
  args: [{ name: "FILE", summary: "pipeline (the default), project or connections" }],
  flags: [FLAGS.out],
  examples: [
    { line: "dteg schema", what: "all that a pipeline may say" },
    { line: "dteg schema connections -o connections.schema.json", what: "into a file, for an editor" },
  ],
  async run(app, input): Promise<Outcome> {
    const name = schemaName(input.args[0] ?? "pipeline");
    const result = schemaOf(name, await app.connectors());
    const text = schemaText(result);
    const path = flagValue(input, FLAGS.out);
    if (path === undefined) return { summary: `JSON Schema of ${name}`, result, output: text };
    await writeNew(resolve(app.folder, path), text, { name: path, over: true });
    return { summary: `wrote ${path}`, result, text: `wrote ${path}` };
  },
};

function schemaName(given: string): SchemaName {
  try {
    return word({ now: NAMES, later: [] })(given);
  } catch (cause) {
    const { message, hint } = DtegError.from(cause);
    throw new DtegError("usage", `there is no schema of ${JSON.stringify(given)}: ${message}`, {
      hint: hint ?? "see `dteg help schema`",
      cause,
    });
  }
}

/** The schema of a file. */
export function schemaOf(name: SchemaName, connectors: readonly KnownConnector[]): JsonSchema {
  if (name === "project") return projectSchema(connectors);
  return name === "pipeline" ? pipelineSchema(connectors) : connectionsSchema(connectors);
}

/** A schema as it is printed. */
export function schemaText(schema: JsonSchema): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
