import assert from "node:assert/strict";
import { duckdbEnd } from "../cursor/ends.ts";
import { openLoads } from "../cursor/loads.ts";

const yaml = (words = "", to = "duckdb://out.duckdb") =>
  `version: 1\nname: p\nsource: in.csv\nstreams:\n  - { name: in, key: id, write: scd2, ${words} }\ndestination: "${to}"\n`;
const ALL = "SELECT id, v, _dteg_valid_from IS NULL, _dteg_valid_to IS NULL, _dteg_current FROM main.in";

Deno.test("a full refresh of versions wants a yes, and keeps what is now", async () => {
  await using loads = await openLoads(yaml());
  const target = duckdbEnd(`${loads.folder}/out.duckdb`);
  loads.write("in.csv", "id,v\n1,a\n2,b\n");
  await loads.load();
  loads.write("in.csv", "id,v\n1,c\n");
  await loads.load();
  const sql = ALL.replace("main.in", 'main."in"');
  assert.deepEqual(await target.rows(sql), ["1|a|false|false|false", "1|c|false|true|true", "2|b|false|false|false"]);
  assert.equal((await loads.refused({ fullRefresh: true })).code, "plan.confirm");
  assert.equal((await target.rows(sql)).length, 3);
  assert.equal((await loads.load({ fullRefresh: true, says: "yes" })).inserted, 1);
  assert.deepEqual(await target.rows(sql), ["1|c|false|true|true"]);
  assert.equal((await loads.load()).unchanged, 1);
});

Deno.test("a source without a row closes nothing, nor does one of which a part is read", async () => {
  await using loads = await openLoads(yaml());
  loads.write("in.csv", "id,v\n1,a\n2,b\n");
  await loads.load();
  loads.write("in.csv", "id,v\n");
  assert.equal((await loads.refused()).code, "stream.empty_source");
  loads.write("pipeline.yaml", yaml(`where: "id > 1"`));
  loads.write("in.csv", "id,v\n3,c\n");
  const { inserted, deleted } = await loads.load();
  assert.deepEqual({ inserted, deleted }, { inserted: 1, deleted: 0 });
});

Deno.test("what would break the versions is refused", async () => {
  await using loads = await openLoads(yaml());
  loads.write("in.csv", "id,v\n1,a\n1,b\n");
  assert.equal((await loads.refused()).code, "data.key_not_unique");
  loads.write("in.csv", "id,v\n,b\n");
  assert.equal((await loads.refused()).code, "data.key_null");
  loads.write("in.csv", "id,v\n1,a\n1,a\n");
  assert.equal((await loads.load()).filtered, 1);
  assert.equal((await loads.refused({ limit: 1 })).code, "stream.limit");
  loads.write("pipeline.yaml", yaml("cursor: id"));
  assert.equal((await loads.refused({ interval: { start: "1" } })).code, "stream.cursor");
  loads.write("pipeline.yaml", yaml("", "csv://out/"));
  assert.equal((await loads.refused()).code, "usage");
  loads.write("in.csv", "id,_dteg_current\n1,a\n");
  loads.write("pipeline.yaml", yaml("into: other"));
  assert.equal((await loads.refused()).code, "column.duplicate");
  await duckdbEnd(`${loads.folder}/out.duckdb`).run("CREATE TABLE plain (id bigint, v varchar)");
  loads.write("in.csv", "id,v\n1,a\n");
  loads.write("pipeline.yaml", yaml("into: plain"));
  assert.match((await loads.refused()).message, /holds rows, and no versions of them/);
});
