// The package is CommonJS: in the bundle `import("@duckdb/node-api")` has only `.default`, so its names are given on from here,
// and this module is the one that is imported lazily, by openDuckDB().
export {
  DuckDBConnection,
  DuckDBInstance,
  DuckDBPendingResult,
  DuckDBPendingResultState,
  DuckDBPreparedStatement,
  DuckDBScalarFunction,
  DuckDBTypeId,
  VARCHAR,
} from "@duckdb/node-api";
export type { DuckDBMaterializedResult, DuckDBResult, DuckDBResultReader, Json } from "@duckdb/node-api";
