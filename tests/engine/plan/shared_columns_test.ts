import { deepEqual, equal } from "node:assert/strict";
import { DuckDBInstance } from "@duckdb/node-api";
import { openLoads } from "../../cursor/loads.ts";

async function inDuckdb(path: string, sql: string): Promise<readonly unknown[]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(sql)).getRowsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

const yaml = (columns: string) =>
  `version: 1\nsource: duckdb://in.duckdb\ndestination: duckdb://out.duckdb\ndefaults:\n  columns: ${columns}\nstreams: ["*"]\n`;

Deno.test("a mask for many tables counts where the column is, and one that no table has is refused", async () => {
  await using loads = await openLoads(yaml("{ snn: { mask: redact } }"));
  await inDuckdb(
    `${loads.folder}/in.duckdb`,
    "CREATE TABLE a AS SELECT 1 AS id, '123' AS ssn; CREATE TABLE b AS SELECT 2 AS id",
  );
  const { code, column, hint } = await loads.refused();
  deepEqual([code, column, hint], ["column.unknown", "snn", "did you mean ssn?"]);
  loads.write("pipeline.yaml", yaml("{ ssn: { mask: redact } }"));
  equal((await loads.run()).length, 2);
  deepEqual(await inDuckdb(`${loads.folder}/out.duckdb`, "SELECT id, ssn FROM a"), [[1, "[redacted]"]]);
});
