import { type TProperties, type TSchema, Type } from "@sinclair/typebox";
import { LOSS_KEYS } from "../around/loss.ts";
import { HOOKS_SCHEMA } from "../around/hooks.ts";
import { AFTER_SCHEMA } from "../around/order.ts";
import { RETRY_SCHEMA } from "../around/retry.ts";
import { PROOF_KEYS } from "../around/proof.ts";
import { TIMEZONE_SCHEMA } from "../around/timezone.ts";
import { TRACE_KEYS } from "../around/traces.ts";
import { SIZE_PATTERN } from "../size.ts";
import { LATER_IN_PIPELINE } from "./later_words.ts";
import { noted } from "./note.ts";
import { defaultsSchema, namesSchema, streamSchema } from "./stream_schema.ts";

const closed = { additionalProperties: false };

function size(description: string) {
  const either = Type.Union([Type.String({ pattern: SIZE_PATTERN }), Type.Integer({ minimum: 1 })], { description });
  return noted(either, { wanted: "a size such as 256MB, 1GB, 512MiB, or a number of bytes" });
}

const version = Type.Optional(
  noted(Type.Literal(1, { description: "Version of the file's form." }), {
    code: "pipeline.version",
    wanted: "1 (a newer dteg may know it)",
  }),
);
const title = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

const vars = Type.Optional(
  Type.Record(
    Type.String(),
    noted(Type.Union([Type.String(), Type.Number(), Type.Boolean()]), { wanted: "text, a number, true or false" }),
    { description: "Variables for ${var.x}, with their defaults; --var beats them." },
  ),
);

/** The schema of `settings`. */
export const SETTINGS_SCHEMA = Type.Object({
  threads: Type.Optional(Type.Integer({ minimum: 1, description: "Readers of the whole run, and DuckDB's threads." })),
  max_memory: Type.Optional(size("Most memory of the whole process tree, at least 192MB.")),
  max_temp: Type.Optional(size("Most disk space for temporary files.")),
}, { ...closed, title: "settings", description: "Limits of the run; flags and DTEG_ variables beat them." });

/** The schemas of the parts of a pipeline that depend on the connectors. */
export interface PipelineParts {
  readonly source: TSchema;
  readonly destination: TSchema;
  /** What the source's connector adds to each stream. */
  readonly settings: TProperties;
}

/** The schema of a pipeline file. */
export function pipelineObject({ source, destination, settings }: PipelineParts): TSchema {
  const pipeline = Type.Object({
    version,
    name: title("Name of the pipeline. Default: the file's name without its ending."),
    source,
    destination,
    defaults: Type.Optional(defaultsSchema(settings)),
    streams: Type.Array(streamSchema(settings), { minItems: 1, description: "What to load." }),
    names: Type.Optional(namesSchema),
    vars,
    settings: Type.Optional(SETTINGS_SCHEMA),
    ...LOSS_KEYS,
    ...TRACE_KEYS,
    ...PROOF_KEYS,
    on_error: Type.Optional(
      Type.Union([Type.Literal("continue"), Type.Literal("stop")], {
        description: "Whether the other streams go on when one fails. Default: continue.",
      }),
    ),
    tags: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description: "Words by which several pipelines are run: tag:nightly.",
      }),
    ),
    after: Type.Optional(AFTER_SCHEMA),
    retry: Type.Optional(RETRY_SCHEMA),
    timezone: Type.Optional(TIMEZONE_SCHEMA),
    hooks: Type.Optional(HOOKS_SCHEMA),
  }, { ...closed, title: "a pipeline" });
  return noted(pipeline, { later: LATER_IN_PIPELINE });
}

/** The schema of dteg.yaml; `connection` is that of an entry of connections.yaml. */
export function projectObject(connection: TSchema): TSchema {
  const environment = Type.Object({
    connections: Type.Optional(
      Type.Record(Type.String(), connection, {
        description: "Connections that stand in place of those of connections.yaml.",
      }),
    ),
    vars,
    settings: Type.Optional(SETTINGS_SCHEMA),
  }, { ...closed, title: "an environment" });
  const environments = Type.Record(Type.String(), environment, {
    description:
      "What differs between environments, by name; --env NAME or DTEG_ENV chooses one. Default: dev, where there is one.",
  });
  return Type.Object({
    version,
    name: title("Name of the project."),
    vars,
    settings: Type.Optional(SETTINGS_SCHEMA),
    environments: Type.Optional(noted(environments, { wanted: "a mapping such as { dev: {…}, prod: { vars: {…} } }" })),
  }, { ...closed, title: "dteg.yaml" });
}

/** The form of `source` and `destination` before the connector is known. */
export function endSchema(description: string): TSchema {
  const either = Type.Union([
    Type.String({ minLength: 1 }),
    Type.Object({ connection: Type.String({ minLength: 1, description: "Name of an entry of connections.yaml." }) }, {
      ...closed,
      title: "an end with a connection",
    }),
    noted(
      Type.Object({
        use: Type.String({ minLength: 1, description: "Name of a connector." }),
        config: Type.Optional(Type.Object({}, { description: "Settings of the connector." })),
      }, { ...closed, title: "an end with a connector" }),
      { unknownKey: "settings of the connector stand under `config`: { use: file, config: { path: … } }" },
    ),
  ], { description });
  return noted(either, { wanted: "a URL or path, { connection: NAME } or { use: CONNECTOR, config: {…} }" });
}

/** The form of an entry of connections.yaml before its connector is known. */
export const CONNECTION_SCHEMA: TSchema = noted(
  Type.Union([
    Type.String({ minLength: 1 }),
    Type.Object({
      use: Type.String({ minLength: 1, description: "Name of a connector." }),
      config: Type.Optional(Type.Object({}, { description: "Settings of the connector." })),
    }, { title: "a connection" }),
  ]),
  { wanted: "a URL, or a mapping with the key use" },
);
