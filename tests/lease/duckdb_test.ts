import assert from "node:assert/strict";
import { DuckDBInstance } from "@duckdb/node-api";
import { asUser } from "../e2e/user.ts";

Deno.test("duckdb: a file that another process has open is refused at once, or waited for", () =>
  asUser(async ({ folder, write, dteg, fails, rows }) => {
    write("t.csv", "id,v\n1,a\n");
    const other = await DuckDBInstance.create(`${folder}/t.duckdb`);
    const args = ["--from", "t.csv", "--to", "t.duckdb"];
    const { code, exit, message } = await fails(["run", ...args]);
    assert.deepEqual([code, exit], ["target.locked", 3]);
    assert.match(message, new RegExp(`process ${Deno.pid} .* holds it`));
    const waiting = dteg(["run", ...args, "--wait", "1m"]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    other.closeSync();
    const waited = await waiting;
    assert.equal(waited.code, 0, waited.stderr);
    assert.deepEqual(await rows("SELECT id || v FROM t", "t.duckdb"), ["1a"]);
  }));

Deno.test("duckdb: a staging table that a killed run left goes by `dteg clean`", () =>
  asUser(async ({ folder, dteg }) => {
    const other = await DuckDBInstance.create(`${folder}/t.duckdb`);
    const connection = await other.connect();
    await connection.run("CREATE SCHEMA raw; CREATE TABLE raw._dteg_stage_rdead_0123456789abcdef AS SELECT 1 AS a");
    connection.closeSync();
    other.closeSync();
    const clean = async (...more: string[]) =>
      JSON.parse((await dteg(["clean", "--to", "t.duckdb", "--json", ...more])).stdout).result.found;
    const left = [{ target: "t.duckdb", what: "staging table raw._dteg_stage_rdead_0123456789abcdef" }];
    assert.deepEqual(await clean("--dry-run"), left);
    assert.deepEqual(await clean(), left);
    assert.deepEqual(await clean(), []);
  }));
