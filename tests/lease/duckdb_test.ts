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
