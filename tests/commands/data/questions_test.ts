import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type Ran, runJson, runLine } from "../fake_platform.ts";

/** Runs a test in a folder with a file of orders. */
async function withOrders(test: (folder: string, run: (...words: string[]) => Promise<Ran>) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "dteg-questions-" });
  try {
    await Deno.writeTextFile(`${folder}/orders.csv`, "id,v\n1,a\n2,b\n");
    await test(folder, (...words) => runLine(words, { folder, env: { TMPDIR: folder } }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("discover shows the columns of a single stream", () =>
  withOrders(async (_, run) => {
    const { exit, out } = await run("discover", "orders.csv");
    assert.deepEqual([exit, out], [
      0,
      "orders  file, 13 B, 2 columns\ncolumn  type   null\n──────  ─────  ────\nid      int64  yes\nv       text   yes\n",
    ]);
  }));

Deno.test("discover picks by patterns, and names the nearest where none fits", () =>
  withOrders(async (folder, run) => {
    await Deno.mkdir(`${folder}/data`);
    for (const name of ["orders", "orders_old", "items"]) {
      await Deno.writeTextFile(`${folder}/data/${name}.csv`, "a\n1\n");
    }
    const { envelope } = await runJson(["discover", "data", "o*", "!*_old"], { folder, env: { TMPDIR: folder } });
    const { streams } = envelope.result as { streams: { name: string }[] };
    assert.deepEqual(
      streams.map(({ name }) => name),
      ["orders"],
    );
    const wrong = await run("discover", "data", "itmes");
    assert.equal(wrong.exit, 2);
    assert.match(wrong.err, /did you mean items\?/);
  }));

Deno.test("check names each step, and an end that cannot be read is a fault", () =>
  withOrders(async (_, run) => {
    const { exit, out } = await run("check", "orders.csv", "--as", "source");
    assert.deepEqual([exit, out.split("\n")[0]], [0, "orders.csv  file, read from"]);
    assert.match(out, /✓ /);
    const wrong = await run("check", "order.csv", "--as", "source");
    assert.equal(wrong.exit, 2);
    assert.match(wrong.out, /✗ /);
  }));

Deno.test("plan changes nothing and says what would be made; after the load it would be replaced", () =>
  withOrders(async (folder, run) => {
    const { exit, out } = await run("plan", "orders.csv");
    assert.equal(exit, 0);
    assert.match(out, /nothing is there yet: it is made; reads 13 B/);
    assert.match(out, /CREATE TABLE "main"."orders" \(\n {4}"id" BIGINT,\n {4}"v" VARCHAR\n {2}\);/);
    assert.equal(existsSync(`${folder}/dteg.duckdb`), false);
    assert.equal((await run("run", "orders.csv")).exit, 0);
    assert.match((await run("plan", "orders.csv")).out, /what is there \(about 2 rows\) is replaced by a new one/);
  }));

Deno.test("run --plan refuses a plan that is stale, and what is no plan", () =>
  withOrders(async (folder, run) => {
    assert.equal((await run("plan", "orders.csv", "-o", "p.json")).exit, 0);
    await Deno.writeTextFile(`${folder}/orders.csv`, "id,v,w\n1,a,2\n");
    const stale = await run("run", "orders.csv", "--plan", "p.json");
    assert.equal(stale.exit, 4);
    assert.match(stale.err, /p\.json: the plan is stale: stream orders: column w was added/);
    assert.equal(existsSync(`${folder}/dteg.duckdb`), false);
    const wrong = await run("run", "orders.csv", "--plan", "orders.csv");
    assert.deepEqual([wrong.exit, /it is no JSON/.test(wrong.err)], [2, true]);
  }));

Deno.test("diff schema tells what changed, and exits with 4 only when asked", () =>
  withOrders(async (folder, run) => {
    assert.equal((await run("run", "orders.csv")).exit, 0);
    assert.equal((await run("diff", "schema", "orders.csv")).out, "1 stream the same\n");
    await Deno.writeTextFile(`${folder}/orders.csv`, "id,w\n1,a\n");
    const pipeline = await run("diff", "schema", "orders.csv");
    assert.deepEqual([pipeline.exit, pipeline.out], [
      0,
      "~ orders → dteg.duckdb main.orders\n    + w VARCHAR  the new table has it\n    - v VARCHAR  gone with the table that is replaced\n",
    ]);
    assert.equal((await run("diff", "schema", "orders.csv", "dteg.duckdb", "--exit-code")).exit, 4);
    assert.match((await run("diff", "shema", "orders.csv")).err, /did you mean schema\?/);
  }));

Deno.test("list knows connectors without a project, and the nearest of a wrong word", () =>
  withOrders(async (_, run) => {
    assert.match((await run("list", "connectors")).out, /^duckdb +read, write/m);
    assert.match((await run("list", "conections")).err, /did you mean connections\?/);
  }));

Deno.test("query shows the place of a fault, and takes no second statement", () =>
  withOrders(async (_, run) => {
    const wrong = await run("query", "SELECT id,\n vv FROM orders", "--on", "orders.csv");
    assert.match(wrong.err, /2 \| {2}vv FROM orders\n {4}\| {2}\^\^/);
    assert.match((await run("query", "FROM ordres", "--on", "orders.csv")).err, /did you mean orders\?/);
    const two = await run("query", "SELECT 1) ; SELECT (1", "--on", "orders.csv");
    assert.equal(two.exit === 0, false);
    const rows = await run("query", "FROM orders", "--on", "orders.csv", "--format", "json");
    assert.equal(rows.out, '[\n  {"id": 1, "v": "a"},\n  {"id": 2, "v": "b"}\n]\n');
  }));

Deno.test("query changes something only when it may, and nothing of files", () =>
  withOrders(async (_, run) => {
    assert.equal((await run("run", "orders.csv")).exit, 0);
    const refused = await run("query", "DELETE FROM orders WHERE id = 1");
    assert.deepEqual([refused.exit, /no statement that only reads/.test(refused.err)], [2, true]);
    assert.equal((await run("query", "DELETE FROM orders WHERE id = 1", "--allow-writes")).out, "done\n");
    assert.equal((await run("query", "FROM orders", "--format", "csv")).out, "id,v\n2,b\n");
    const wrong = await run("query", "DELETE FROM orders", "--allow-writes", "--on", "orders.csv");
    assert.match(wrong.err, /orders\.csv can only be read/);
  }));
