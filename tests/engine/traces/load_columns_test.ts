import { loadsWithColumns } from "./load_columns.ts";

Deno.test("load columns tell the run of each row in DuckDB, and equal rows keep theirs", () =>
  loadsWithColumns({ to: "out.duckdb", merges: true }));

Deno.test("load columns tell the run of each row in a folder of Parquet", () =>
  loadsWithColumns({ to: "parquet://out/", on: "out/", appends: true }));

Deno.test("load columns tell the run of each row in one CSV file", () =>
  loadsWithColumns({ to: "out.csv", from: "out" }));
