import { duckdbConnector } from "../plugins/duckdb/mod.ts";
import { fileConnector } from "../plugins/file/mod.ts";
import { mysqlConnector } from "../plugins/mysql/mod.ts";
import { postgresConnector } from "../plugins/postgres/mod.ts";
import { type JsonSchema, pipelineSchema, projectSchema } from "../runtime/config/mod.ts";
import {
  LATER_CONNECTORS,
  LATER_IN_PIPELINE,
  LATER_IN_STREAM,
  LATER_IN_TABLE,
} from "../runtime/config/form/later_words.ts";
import type { Connector } from "../sdk/mod.ts";
import { table } from "./markdown.ts";

/** Connectors that this version has. */
export const CONNECTORS: readonly Connector[] = [fileConnector, duckdbConnector, postgresConnector, mysqlConnector];

/** The made parts of docs/pipeline.md: a table of keys for each level of the file, from its JSON Schema. */
export function pipelineParts(): Readonly<Record<string, string>> {
  const schema = pipelineSchema(CONNECTORS);
  const [, stream] = branches(at(schema, "streams", "items"));
  const own = new Set(CONNECTORS.flatMap((connector) => Object.keys(propertiesOf(connector.stream))));
  return {
    "keys.pipeline": keyTable(schema),
    "keys.stream": keyTable(stream, { leaveOut: own }),
    "keys.column": keyTable(record(at(stream, "columns"))),
    "keys.contract": keyTable(at(stream, "contract")),
    "keys.table": keyTable(at(stream, "table")),
    "keys.settings": keyTable(at(schema, "settings")),
    "keys.retry": keyTable(at(schema, "retry")),
    "keys.project": keyTable(projectSchema(CONNECTORS)),
    "later.pipeline": words(LATER_IN_PIPELINE),
    "later.stream": words(LATER_IN_STREAM),
    "later.table": words(LATER_IN_TABLE),
    "later.connectors": [...LATER_CONNECTORS].map(code).join(" "),
  };
}

/** Settings and examples of a connector, for its page. */
export function connectorParts(connector: Connector): Readonly<Record<string, string>> {
  const inStream = Object.keys(propertiesOf(connector.stream));
  const examples = connector.examples.map(({ title, config }) =>
    [
      `# ${title}`,
      `${connector.name}_example:`,
      `  use: ${connector.name}`,
      ...config.split("\n").map((line) => `  ${line}`),
    ].join("\n")
  );
  return {
    "settings": keyTable(connector.config),
    "settings.stream": inStream.map(code).join(" "),
    "examples": examples.map((text) => `\`\`\`yaml\n# connections.yaml\n${text}\n\`\`\``).join("\n\n"),
  };
}

type Keys = Readonly<Record<string, JsonSchema>>;

function keyTable(
  schema: JsonSchema,
  { leaveOut = new Set<string>() }: { readonly leaveOut?: ReadonlySet<string> } = {},
): string {
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const rows = Object.entries(propertiesOf(schema)).filter(([key]) => !leaveOut.has(key)).map(([key, value]) => [
    `${code(key)}${required.has(key) ? " (must)" : ""}`,
    valueText(value),
    String(value.description ?? ""),
  ]);
  return table(["Key", "Value", "What it does"], rows);
}

/** What a value may be, in few words. */
function valueText(schema: JsonSchema): string {
  if ("const" in schema) return code(String(schema.const));
  if (Array.isArray(schema.enum)) return code(String(schema.enum[0]));
  const some = branches(schema).filter((branch) => !isTemplate(branch));
  if (some.length > 0) return [...new Set(some.map(valueText))].join(", ");
  switch (schema.type) {
    case "string":
      return "text";
    case "integer":
      return "whole number";
    case "boolean":
      return "`true`, `false`";
    case "array":
      return "list";
    case "object":
      return "mapping";
    default:
      return String(schema.type);
  }
}

const code = (text: string) => `\`${text}\``;
const words = (later: object) => Object.keys(later).map(code).join(" ");
const isTemplate = ({ pattern }: JsonSchema) => typeof pattern === "string" && pattern.includes("\\$\\{");

function branches(schema: JsonSchema): readonly JsonSchema[] {
  return Array.isArray(schema.anyOf) ? schema.anyOf : [];
}

function propertiesOf(schema: object | undefined): Keys {
  return schema && "properties" in schema ? schema.properties as Keys : {};
}

/** The schema of the values of a mapping with free keys. */
function record(schema: JsonSchema): JsonSchema {
  return Object.values(schema.patternProperties as Keys)[0];
}

/** A schema inside another, by its keys; `items` steps into a list. */
function at(schema: JsonSchema, ...keys: readonly string[]): JsonSchema {
  return keys.reduce((found, key) => key === "items" ? found.items as JsonSchema : propertiesOf(found)[key], schema);
}
