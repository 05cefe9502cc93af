/** Reads files and flags and turns them into typed data. @module */
export { adhocEnd, type AdhocFlags, type AdhocOptions, adhocPipeline } from "./adhoc.ts";
export { orderPipelines } from "./around/order.ts";
export { type Environment, type EnvironmentParts, makeEnvironment } from "./environment.ts";
export type { KnownConnector } from "./form/known_connector.ts";
export { connectionsSchema, type JsonSchema, pipelineSchema, projectSchema } from "./json_schema.ts";
export { lintPipeline, type LoadOptions, loadPipeline } from "./lint.ts";
export { nearest } from "./nearest.ts";
export type { ColumnRule, End, Pipeline, PipelineStream, Settings } from "./pipeline.ts";
export { type Declared, declaredConnections, findConnection } from "./connection/declared.ts";
export { connectionEnd } from "./connection/connection_end.ts";
export { describeConnection, type Described } from "./connection/described.ts";
export { connectionOfUrl, entryValue, type NewConnection } from "./connection/new_connection.ts";
export { storeSecret } from "./connection/stored_secret.ts";
export { type NewEntry, withEntry } from "./connection/written.ts";
export { chooseOverlay, environmentNames, type Overlay } from "./overlay/overlay.ts";
export { findProject, type Project } from "./project.ts";
export type { Loaded } from "./resolve/assemble.ts";
export {
  isPipelineFile,
  listPipelines,
  type PipelineFile,
  pipelinesIn,
  resolvePipelines,
} from "./resolve/find_pipelines.ts";
export { Secrets } from "./secrets.ts";
export { parseCount, parseDuration, parseMemory, parseSize } from "./size.ts";
export { type ConnectionUrl, formatUrl, hidePasswords, parseUrl, schemeOf, urlLabel } from "./url.ts";
