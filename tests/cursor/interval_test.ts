import assert from "node:assert/strict";
import { DuckDBInstance } from "@duckdb/node-api";
import { intervalOf, isAtMost } from "../../runtime/engine/cursor/interval.ts";
import { type Loads, openLoads } from "./loads.ts";

async function query({ folder }: Loads, sql: string, path = "out.duckdb"): Promise<string[]> {
  const instance = await DuckDBInstance.create(`${folder}/${path}`);
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(sql)).getRowsJson().map((row) => row.join("|"));
  connection.closeSync();
  instance.closeSync();
  return rows.toSorted();
}

const pipeline = (stream: string, to = "duckdb://out.duckdb", rest = "") =>
  `version: 1\nname: p\nsource: in.csv\nstreams:\n  - { name: in, ${stream} }\ndestination: "${to}"\n${rest}`;
const MAY = { start: "2024-05-01", end: "2024-06-01" }, JUNE = { start: "2024-06-01", end: "2024-07-01" };

Deno.test("a backfill replaces exactly its interval: what is gone goes, what changed changes, and the cursor stays", async () => {
  await using loads = await openLoads(pipeline("key: id, cursor: at"));
  loads.write(
    "in.csv",
    "id,at,v\n1,2024-04-30 23:59:59.999999,a\n2,2024-05-01 00:00:00,b\n3,2024-05-31 23:59:59.999999,c\n4,2024-06-01 00:00:00,d\n5,2024-05-10 00:00:00,e\n6,,f\n",
  );
  const { cursor } = await loads.load();
  await query(loads, `UPDATE "in" SET v = 'old' WHERE id IN (1, 2, 4)`);
  await query(loads, `INSERT INTO "in" VALUES (7, '2024-05-20', 'nowhere')`);
  loads.write(
    "in.csv",
    "id,at,v\n1,2024-04-30 23:59:59.999999,a\n2,2024-05-01 00:00:00,b\n3,2024-05-31 23:59:59.999999,c\n4,2024-06-01 00:00:00,d\n5,2024-06-10 00:00:00,moved\n8,2024-05-05 00:00:00,late\n6,,g\n",
  );
  for (const round of [1, 2]) {
    const report = await loads.load({ interval: MAY });
    const { read, inserted, updated, unchanged, deleted } = report;
    assert.deepEqual(
      { read, inserted, updated, unchanged, deleted, cursor: report.cursor },
      round === 1
        ? { read: 3, inserted: 1, updated: 1, unchanged: 1, deleted: 2, cursor }
        : { read: 3, inserted: 0, updated: 0, unchanged: 3, deleted: 0, cursor },
    );
  }
  assert.deepEqual(await query(loads, `SELECT id, v FROM "in"`), ["1|old", "2|b", "3|c", "4|old", "6|f", "8|late"]);
  await loads.load({ interval: JUNE });
  assert.deepEqual((await query(loads, `SELECT id, v FROM "in"`)).slice(-4), ["4|d", "5|moved", "6|f", "8|late"]);
});

Deno.test("adjacent intervals of an empty target give each row once, and the run after them reads all", async () => {
  await using loads = await openLoads(pipeline("key: id, cursor: n, write: append"));
  loads.write("in.csv", `id,n\n${Array.from({ length: 30 }, (_, at) => `${at},${at}`).join("\n")}\n`);
  for (const end of [10, 20, 30]) {
    const { inserted } = await loads.load({ interval: { start: String(end - 10), end: String(end) } });
    assert.equal(inserted, 10);
  }
  assert.deepEqual(await query(loads, `SELECT count(*), count(DISTINCT id), min(n), max(n) FROM "in"`), ["30|30|0|29"]);
  assert.deepEqual([(await loads.load({ interval: { start: "25" } })).deleted, (await loads.load()).inserted], [5, 0]);
});

Deno.test("without a key only what lies wholly behind the cursor can be loaded again", async () => {
  await using loads = await openLoads(pipeline("cursor: n"));
  loads.write("in.csv", "n,v\n1,a\n2,b\n2,b\n3,c\n");
  assert.equal((await loads.refused({ interval: { end: "2" } })).code, "stream.cursor");
  await loads.load();
  loads.write("in.csv", "n,v\n1,a2\n2,b\n2,x\n3,c\n");
  assert.equal((await loads.refused({ interval: { start: "2", end: "4" } })).code, "stream.cursor");
  assert.equal((await loads.refused({ interval: { start: "2" } })).code, "stream.cursor");
  const { inserted, deleted } = await loads.load({ interval: { start: "1", end: "3" } });
  assert.deepEqual({ inserted, deleted }, { inserted: 3, deleted: 3 });
  assert.equal((await loads.load()).inserted, 0);
  assert.deepEqual(await query(loads, `FROM "in"`), ["1|a2", "2|b", "2|x", "3|c"]);
});

Deno.test("an interval that does not fit is refused before anything moves", async () => {
  await using loads = await openLoads(pipeline("key: id, cursor: n"));
  loads.write("in.csv", "id,n,t\n1,1,x\n");
  const codeOf = async (interval: { start?: string; end?: string }, yaml = pipeline("key: id, cursor: n")) => {
    loads.write("pipeline.yaml", yaml);
    const { code, message } = await loads.refused({ interval });
    return `${code}: ${message}`;
  };
  assert.match(
    await codeOf(MAY),
    /^stream.cursor: the interval's "2024-05-01" does not fit the cursor "n", which is int/,
  );
  assert.match(await codeOf({ start: "1" }, pipeline("key: id, cursor: t")), /^stream.cursor: .* which is text/);
  assert.match(await codeOf({ start: "2", end: "2" }), /^flag.invalid: .*nothing is between them/);
  assert.match(await codeOf({ start: "2", end: "2024-01-01" }), /^flag.invalid: .*not of one kind/);
  assert.match(await codeOf({ start: "2" }, pipeline("key: id")), /^stream.cursor: stream in has no cursor/);
  assert.match(
    await codeOf({ start: "2" }, pipeline("key: id, cursor: n, write: append", "csv://out/")),
    /^usage: this version cannot replace an interval/,
  );
  assert.match(
    await codeOf({ start: "2" }, pipeline("key: id, cursor: n", undefined, "timezone: Mars/Olympus\n")),
    /^pipeline.invalid: .*time zone/,
  );
});

const TYPES = {
  date: { kind: "date" },
  timestamp: { kind: "timestamp", precision: 6 },
  timestamptz: { kind: "timestamptz", precision: 6 },
} as const;

Deno.test("a date without a zone is one of the pipeline's time zone, and one with a zone is its clock's", () => {
  const startOf = (start: string, kind: keyof typeof TYPES, timezone: string) =>
    intervalOf({ start }, timezone)({ name: "at", type: TYPES[kind] }).start;
  assert.equal(startOf("2024-05-01", "timestamptz", "Asia/Seoul"), "2024-04-30 15:00:00.000000+00");
  assert.equal(
    startOf("2024-05-01T06:30:00.123456+02:00", "timestamptz", "Asia/Seoul"),
    "2024-05-01 04:30:00.123456+00",
  );
  assert.equal(startOf("2024-05-01", "timestamp", "Asia/Seoul"), "2024-05-01 00:00:00.000000");
  assert.equal(startOf("2024-05-01T00:00:00Z", "timestamp", "Asia/Seoul"), "2024-05-01 09:00:00.000000");
  assert.equal(startOf("2024-03-31 02:30", "timestamptz", "Europe/Berlin"), "2024-03-31 01:30:00.000000+00");
  assert.equal(startOf("2024-10-27 02:30", "timestamptz", "Europe/Berlin"), "2024-10-27 00:30:00.000000+00");
  assert.equal(startOf("0001-01-02", "date", "UTC"), "0001-01-02 00:00:00.000000");
});

Deno.test("an end is compared with what was read at full precision, less the lag", () => {
  const at = (end: string, value: string, lag?: { seconds: number } | { amount: number }) =>
    isAtMost(end, value, { timezone: "UTC", lag });
  assert.deepEqual([at("9007199254740993", "9007199254740993"), at("9007199254740994", "9007199254740993")], [
    true,
    false,
  ]);
  assert.deepEqual([at("2024-05-01", "2024-05-01 00:00:00+00"), at("2024-05-01", "2024-04-30 23:59:59.999999")], [
    true,
    false,
  ]);
  assert.deepEqual([
    at("2024-05-01", "2024-05-01 00:10:00", { seconds: 600 }),
    at("2024-05-01", "2024-05-01 00:09:59", { seconds: 600 }),
  ], [true, false]);
  assert.deepEqual([at("5", "7", { amount: 2 }), at("6", "7", { amount: 2 }), at("2024-05-01", "x")], [
    true,
    false,
    false,
  ]);
});
