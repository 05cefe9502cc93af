import type { Failure } from "./error.ts";

/**
 * Every error code of dteg with its failure, once. Codes are `area.what`, stable, and never reused for something else. What each means
 * and how it is mended stands in runtime/commands/project/error_help.ts. The codes of an area stand together.
 */
// deno-fmt-ignore
export const ERROR_CODES = {
  "usage": "config",
  "flag.missing_value": "config", "flag.invalid": "config", "flag.conflict": "config",
  "argument.missing": "config", "argument.unexpected": "config", "argument.invalid": "config",
  "url.invalid": "config",
  "connection.unknown": "config", "connection.exists": "config", "connection.host_key": "auth",
  "connection.host_unknown": "environment", "connection.refused": "transient", "connection.auth": "auth",
  "connection.forbidden": "auth", "connection.no_database": "environment", "connection.role": "environment",
  "connection.no_tls": "environment", "connection.tls": "environment", "connection.too_many": "transient",
  "connection.timeout": "transient", "connection.lost": "transient", "connection.conflict": "transient",
  "connection.server_memory": "environment",
  "hook.failed": "data", "hook.no_sql": "config",
  "pipeline.cycle": "config", "pipeline.not_found": "config", "pipeline.is_folder": "config",
  "pipeline.syntax": "config", "pipeline.too_large": "config", "pipeline.unknown_key": "config",
  "pipeline.duplicate_key": "config", "pipeline.missing_key": "config", "pipeline.invalid": "config",
  "pipeline.version": "config",
  "connector.config": "config", "connector.no_source": "config", "connector.no_destination": "config",
  "environment.unknown": "config", "environment.cache": "environment", "environment.unfit": "environment",
  "environment.disk_full": "environment", "environment.memory": "environment", "environment.store": "environment",
  "template.unset": "config", "template.syntax": "config",
  "stream.not_found": "config", "stream.ambiguous": "config", "stream.none": "config", "stream.write_mode": "config",
  "stream.key": "config", "stream.limit": "config", "stream.cursor": "config", "stream.where": "config",
  "stream.same_target": "config", "stream.empty_source": "check",
  "column.unknown": "config", "column.duplicate": "config",
  "file.not_found": "config", "file.no_match": "config", "file.unknown_format": "config",
  "file.mixed_formats": "config", "file.permission": "environment", "file.unreadable": "environment",
  "file.changed": "data", "file.empty": "data", "file.corrupt": "data", "file.encoding": "data",
  "file.too_wide": "data",
  "state.foreign": "data", "state.changed": "data", "state.none": "config", "state.exists": "config",
  "state.invalid": "config", "state.busy": "environment", "state.fenced": "environment",
  "csv.row_width": "data", "csv.quote": "data", "csv.invalid": "data",
  "json.invalid": "data",
  "data.value": "data", "data.guess": "data", "data.key_null": "data", "data.key_not_unique": "data",
  "data.constraint": "data",
  "mask.key": "environment", "mask.changed": "config",
  "undo.impossible": "data",
  "verify.differs": "check",
  "rejects.too_many": "check", "rejects.none": "config", "rejects.replay": "config",
  "contract.columns": "schema", "contract.types": "schema",
  "schema.lossy": "schema", "schema.incompatible": "schema",
  "target.locked": "transient", "target.read_only": "environment", "target.name": "config",
  "target.is_folder": "config", "target.special": "config",
  "duckdb.invalid": "data",
  "query.failed": "data", "query.not_read_only": "config",
  "memory.row_too_wide": "environment",
  "run.not_found": "config", "run.ambiguous": "config",
  "init.exists": "config",
  "plan.invalid": "config", "plan.stale": "schema", "plan.changes": "schema", "plan.confirm": "config",
  "cancelled": "cancelled",
  "internal": "internal",
} as const satisfies Record<string, Failure>;

/** A code of {@linkcode ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;
