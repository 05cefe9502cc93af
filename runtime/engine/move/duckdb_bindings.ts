// Stands for `@duckdb/node-bindings` in the bundle. It must be synchronous, for `@duckdb/node-api` is CommonJS and requires it:
// so openDuckDB() unpacks and loads the addon first and imports the package after that.
import { loadedAddon } from "./duckdb_native.ts";
export default loadedAddon();
