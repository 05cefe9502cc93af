import assert from "node:assert/strict";
import { readBack } from "../load.ts";
import { openLoads } from "../../cursor/loads.ts";

const yaml = (stream: string, to: string) =>
  `version: 1\nname: p\nsource: "in.csv"\nstreams:\n  - ${stream}\ndestination: "${to}"\n`;

/** Names of the steps in the order in which they are taken, while something runs. */
async function orderOf(run: () => Promise<unknown>): Promise<readonly string[]> {
  const steps: string[] = [];
  const { rename, open } = Deno;
  const sync = Deno.FsFile.prototype.sync;
  const opened = new WeakMap<Deno.FsFile, string>();
  const short = (path: string | URL) =>
    String(path).replace(/.*\//, "").replace(/\._dteg_\w+?_\d+_\w+?_(?=.*\.csv)/, "staged ");
  Deno.open = async (path, options) => {
    const file = await open(path, options);
    opened.set(file, short(path));
    return file;
  };
  Deno.FsFile.prototype.sync = async function () {
    await sync.call(this);
    steps.push(`sync ${opened.get(this)}`);
  };
  Deno.rename = async (from, to) => {
    await rename(from, to);
    steps.push(`rename ${short(from)} to ${short(to)}`);
  };
  try {
    await run();
  } finally {
    Deno.rename = rename;
    Deno.open = open;
    Deno.FsFile.prototype.sync = sync;
  }
  return steps;
}

Deno.test("a file is on the disk before it gets its name, and so is its name before the load is over", async () => {
  await using loads = await openLoads(yaml("{ name: in }", "out/t.csv"));
  loads.write("in.csv", "id\n1\n2\n");
  const steps = await orderOf(() => loads.load());
  const [onDisk, named, last] = [
    steps.indexOf("sync staged t.csv"),
    steps.indexOf("rename staged t.csv to t.csv"),
    steps.lastIndexOf("sync out"),
  ];
  assert.ok(onDisk >= 0 && named > onDisk && last > named, steps.join("; "));
});

Deno.test("a commit that fails moves neither rows nor the cursor, and leaves no staging table", async () => {
  await using loads = await openLoads(yaml("{ name: in, into: t, cursor: n, write: append }", "duckdb://out.duckdb"));
  const inside = async (query: string) => {
    const { rows } = await readBack(`(${query})`, [`ATTACH '${loads.folder}/out.duckdb' AS order_test (READ_ONLY)`]);
    return rows.map((row) => row.join("|"));
  };
  const stages = () =>
    inside(
      "SELECT table_name FROM duckdb_tables() WHERE database_name = 'order_test' AND starts_with(table_name, '_dteg_stage')",
    );
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(`${loads.folder}/out.duckdb`);
  const connection = await instance.connect();
  await connection.run("CREATE TABLE t (id BIGINT PRIMARY KEY, n BIGINT)");
  connection.closeSync();
  instance.closeSync();
  loads.write("in.csv", "id,n\n1,1\n2,2\n");
  assert.equal((await loads.load()).inserted, 2);
  loads.write("in.csv", "id,n\n1,1\n2,2\n3,3\n2,4\n");
  assert.equal((await loads.refused()).code, "data.constraint");
  assert.deepEqual(await inside("SELECT id, n FROM order_test.t ORDER BY ALL"), ["1|1", "2|2"]);
  assert.deepEqual(await stages(), []);
  loads.write("in.csv", "id,n\n1,1\n2,2\n3,3\n4,4\n");
  assert.equal((await loads.load()).inserted, 2);
  assert.deepEqual(await inside("SELECT id, n FROM order_test.t ORDER BY ALL"), ["1|1", "2|2", "3|3", "4|4"]);
});

Deno.test("a run that reads only some rows does not move the cursor", async () => {
  await using loads = await openLoads(yaml("{ name: in, into: t, cursor: n, key: id }", "duckdb://out.duckdb"));
  loads.write("in.csv", "id,n\n1,1\n2,2\n");
  await loads.load();
  loads.write("in.csv", "id,n\n4,4\n1,1\n2,2\n3,3\n");
  await loads.load({ limit: 2 });
  await loads.load();
  const { rows } = await readBack("(SELECT count(*), sum(id) FROM order_test_2.t)", [
    `ATTACH '${loads.folder}/out.duckdb' AS order_test_2 (READ_ONLY)`,
  ]);
  assert.deepEqual(rows, [["4", "10"]]);
});
