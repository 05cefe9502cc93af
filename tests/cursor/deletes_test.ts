import assert from "node:assert/strict";
import { DuckDBInstance } from "@duckdb/node-api";
import { type Loads, openLoads } from "./loads.ts";

async function rows(path: string, sql: string): Promise<string[]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(sql);
  const found = reader.getRowsJson().map((row) => row.join("|"));
  connection.closeSync();
  instance.closeSync();
  return found;
}

const source = (loads: Loads, sql: string) => rows(`${loads.folder}/src.duckdb`, sql);
const target = (loads: Loads, sql = "SELECT id, v FROM t ORDER BY id") => rows(`${loads.folder}/out.duckdb`, sql);

async function openStream(words: string): Promise<Loads> {
  const loads = await openLoads(
    `version: 1\nsource: duckdb://src.duckdb\ndestination: duckdb://out.duckdb\nstreams:\n  - name: t\n    write: merge\n    key: id\n${words}`,
  );
  await source(loads, "CREATE TABLE t (id INTEGER, v VARCHAR, at_ TIMESTAMP, gone BOOLEAN)");
  await source(
    loads,
    "INSERT INTO t SELECT i, 'v' || i, TIMESTAMP '2024-01-01' + to_hours(i), false FROM range(1, 7) r(i)",
  );
  await loads.load();
  return loads;
}

Deno.test("delete: remove takes away what the source no longer has, when all is read", async () => {
  await using loads = await openStream("    delete: remove\n");
  await source(loads, "DELETE FROM t WHERE id IN (2, 5)");
  await source(loads, "INSERT INTO t VALUES (9, 'new', NULL, NULL)");
  const { inserted, deleted } = await loads.load();
  assert.deepEqual({ inserted, deleted }, { inserted: 1, deleted: 2 });
  assert.deepEqual(await target(loads), ["1|v1", "3|v3", "4|v4", "6|v6", "9|new"]);
  assert.equal((await loads.load()).deleted, 0);
});

Deno.test("delete: mark keeps the row, says when, and takes the mark away when the row comes back", async () => {
  await using loads = await openStream("    delete: mark\n");
  const marked = () => target(loads, "SELECT id FROM t WHERE _dteg_deleted_at IS NOT NULL ORDER BY id");
  assert.deepEqual(await marked(), []);
  await source(loads, "DELETE FROM t WHERE id = 2");
  assert.equal((await loads.load()).deleted, 1);
  assert.deepEqual(await marked(), ["2"]);
  assert.equal((await loads.load()).deleted, 0);
  assert.deepEqual((await loads.verify()).errors, []);
  await source(loads, "INSERT INTO t VALUES (2, 'v2', TIMESTAMP '2024-01-01 02:00:00', false)");
  await loads.load();
  assert.deepEqual(await marked(), []);
  assert.equal((await target(loads)).length, 6);
});

Deno.test("with a cursor keys are compared; what a condition leaves out is no delete", async () => {
  await using loads = await openStream("    cursor: at_\n    delete: remove\n    where: v <> 'out'\n");
  await source(loads, "DELETE FROM t WHERE id = 3");
  await source(loads, "UPDATE t SET v = 'out', at_ = TIMESTAMP '2025-01-01' WHERE id = 4");
  await source(loads, "INSERT INTO t VALUES (10, 'ten', TIMESTAMP '2025-01-01', false)");
  const report = await loads.load();
  assert.deepEqual([report.deleted, report.inserted], [1, 1]);
  assert.deepEqual(await target(loads), ["1|v1", "2|v2", "4|v4", "5|v5", "6|v6", "10|ten"]);
});

Deno.test("delete_when: rows that the source marks are taken away, and no other", async () => {
  await using loads = await openStream("    delete: remove\n    delete_when: gone\n");
  await source(loads, "DELETE FROM t WHERE id = 1");
  await source(loads, "UPDATE t SET gone = true WHERE id IN (2, 3)");
  await source(loads, "UPDATE t SET gone = NULL, v = 'null' WHERE id = 4");
  const report = await loads.load();
  assert.deepEqual([report.deleted, report.read], [2, 3]);
  assert.deepEqual(await target(loads), ["1|v1", "4|null", "5|v5", "6|v6"]);
});

Deno.test("a source without a row does not empty the target by itself", async () => {
  for (const words of ["", "    cursor: at_\n"]) {
    await using loads = await openStream(`    delete: remove\n${words}`);
    await source(loads, "DELETE FROM t");
    const { code, message } = await loads.refused();
    assert.equal(code, "stream.empty_source");
    assert.match(message, /would take away all 6 of/);
    assert.equal((await target(loads)).length, 6);
    await loads.load({ fullRefresh: true });
    assert.equal((await target(loads)).length, 0);
  }
});

Deno.test("rows that are set aside are no deletes; keys of a file are compared too", async () => {
  await using loads = await openLoads(
    "version: 1\nsource: f.csv\ndestination: duckdb://out.duckdb\nstreams:\n  - name: f\n    write: merge\n    key: id\n    delete: remove\n" +
      "    columns: { n: { type: integer } }\n    on_loss: reject\n",
  );
  loads.write("f.csv", "id,n\n1,1\n2,2\n3,3\n");
  await loads.load({ keepsRejects: true });
  loads.write("f.csv", "id,n\n1,1\n2,odd\n");
  const { deleted, rejected } = await loads.load({ keepsRejects: true });
  assert.deepEqual({ deleted, rejected }, { deleted: 1, rejected: 1 });
  assert.deepEqual(await target(loads, "SELECT id, n FROM f ORDER BY id"), ["1|1", "2|2"]);
});

Deno.test("a delete wants a merge, and a condition wants a delete", async () => {
  for (
    const [words, message] of [["write: replace, delete: remove", /wants write: merge/], [
      "delete_when: gone",
      /wants delete: mark/,
    ]] as const
  ) {
    await using loads = await openLoads(
      `version: 1\nsource: f.csv\ndestination: duckdb://o.duckdb\nstreams:\n  - { name: f, ${words} }\n`,
    );
    assert.match((await loads.refused()).message, message);
  }
});

Deno.test("a backfill of an interval deletes nothing outside of it", async () => {
  await using loads = await openStream("    cursor: at_\n    delete: remove\n");
  await source(loads, "DELETE FROM t WHERE id = 6");
  const { deleted } = await loads.load({ interval: { start: "2024-01-01T02:00:00", end: "2024-01-01T04:00:00" } });
  assert.equal((await target(loads)).length, 6, `${deleted} rows were deleted`);
});
