import { type TProperties, type TSchema, Type } from "@sinclair/typebox";
import { connectorWords, type KnownConnector, propertiesOf } from "./form/known_connector.ts";
import { canTunnel } from "./connection/ssh_settings.ts";
import { pipelineObject, projectObject } from "./form/pipeline_schema.ts";
import { SSH_SCHEMA } from "./form/ssh_schema.ts";
import { FORMAT_SCHEMES } from "./url.ts";

/** A JSON Schema as it is printed. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema of a pipeline file, with the settings of the connectors. */
export function pipelineSchema(connectors: readonly KnownConnector[]): JsonSchema {
  const settings: TProperties = Object.assign({}, ...connectors.map(({ stream }) => propertiesOf(stream)));
  const able = (role: "source" | "destination") => endOf(connectors.filter((connector) => connector[role]));
  const described = (schema: TSchema, description: string) => ({ ...schema, description });
  return printed(
    "dteg pipeline",
    pipelineObject({
      source: described(
        able("source"),
        "Where rows come from: a URL or path, a connection, or a connector with its settings.",
      ),
      destination: described(
        able("destination"),
        "Where rows go: a URL or path, a connection, or a connector with its settings.",
      ),
      settings,
    }),
  );
}

/** The JSON Schema of dteg.yaml. */
export function projectSchema(connectors: readonly KnownConnector[]): JsonSchema {
  return printed("dteg.yaml", projectObject(connectionEntry(connectors)));
}

/** The JSON Schema of connections.yaml. */
export function connectionsSchema(connectors: readonly KnownConnector[]): JsonSchema {
  const entries = Type.Record(Type.String(), connectionEntry(connectors), { description: "Connections by name." });
  return printed("connections.yaml", entries);
}

function connectionEntry(connectors: readonly KnownConnector[]): TSchema {
  return Type.Union([url, ...connectors.flatMap((connector) => [withConfig(connector), inline(connector)])]);
}

const url = Type.String({ minLength: 1, description: "A connection URL, or the path of a file." });
const closed = { additionalProperties: false };

function endOf(connectors: readonly KnownConnector[]): TSchema {
  const connection = Type.Object(
    { connection: Type.String({ description: "Name of an entry of connections.yaml." }) },
    closed,
  );
  return Type.Union([url, connection, ...connectors.map(withConfig)]);
}

function withConfig(connector: KnownConnector): TSchema {
  const config = Type.Object(settingsOf(connector), { ...closed, description: `Settings of ${connector.name}.` });
  return Type.Object({ use: use(connector), config: Type.Optional(config) }, {
    ...closed,
    description: connector.summary,
  });
}

function inline(connector: KnownConnector): TSchema {
  return Type.Object({ use: use(connector), ...settingsOf(connector) }, { ...closed, description: connector.summary });
}

function use(connector: KnownConnector): TSchema {
  const words = connectorWords([connector]).filter((word) => word === connector.name || FORMAT_SCHEMES.has(word));
  return Type.Union(words.map((word) => Type.Literal(word)), { description: "Name of the connector." });
}

/** A URL may stand in place of the settings that it is split into, so none of them is required. */
function settingsOf(connector: KnownConnector): TProperties {
  const { config } = connector;
  const own = Object.entries(propertiesOf(config)).map(([key, schema]) => [key, Type.Optional(schema)]);
  const ssh = canTunnel(connector) ? { ssh: Type.Optional(SSH_SCHEMA) } : {};
  return { url: Type.Optional(url), ...Object.fromEntries(own), ...ssh };
}

function printed(title: string, schema: TSchema): JsonSchema {
  const plain: Record<string, unknown> = JSON.parse(JSON.stringify(schema));
  const body = Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, templated(value)]));
  return { $schema: "https://json-schema.org/draft/2020-12/schema", ...body, title };
}

const TEMPLATE = { type: "string", pattern: "^\\$\\{.*\\}$" };

/** Where a value is no text, a template may stand in its place: editors are to accept it. */
function templated(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(templated);
  if (typeof schema !== "object" || schema === null) return schema;
  const all: Record<string, unknown> = { ...schema };
  if (all.const === "null") return { enum: ["null", null] }; // YAML's own null, where it is a word of ours
  const inner = Object.fromEntries(Object.entries(all).map(([key, value]) => [key, templated(value)]));
  if (!["integer", "number", "boolean"].includes(String(all.type))) return inner;
  const { description, default: fallback, ...rest } = inner;
  return {
    anyOf: [rest, TEMPLATE],
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
  };
}
