import assert from "node:assert/strict";
import { openBench, readBack } from "../load.ts";

const tables = async (folder: string) => {
  const attach = [`ATTACH '${folder}/out.duckdb' AS names_db (READ_ONLY)`];
  const query =
    "(SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = 'names_db' AND table_name NOT LIKE '\\_dteg%' ESCAPE '\\' ORDER BY 1, column_index)";
  return (await readBack(query, attach)).rows.map(([table, column]) => `${table}.${column}`);
};

Deno.test("names: snake is for tables and columns, and leaves those that the pipeline says", async () => {
  await using bench = await openBench({
    "Order-Items.csv": "orderId,Item Name,x.y\n1,a,b\n",
    "in/Other Things.csv": "Id\n1\n",
  });
  const stream = { names: "snake", into: undefined } as const;
  for (const [from, columns] of [["Order-Items.csv", { "x.y": { as: "X Y" } }], ["in", {}]] as const) {
    const { error } = await bench.load(from, { columns, stream });
    assert.equal(error, undefined);
  }
  assert.deepEqual(await tables(bench.folder), [
    "order_items.order_id",
    "order_items.item_name",
    "order_items.X Y",
    "other_things.id",
  ]);
});

Deno.test("a column keeps its name when another one comes to stand before it", async () => {
  await using bench = await openBench({ "in.csv": "orderId\n1\n", "wide.csv": "order_id,ORDER ID,orderId\n5,6,7\n" });
  const stream = { names: "snake" } as const;
  await bench.load("in.csv", { stream });
  await bench.load("wide.csv", { stream });
  const found = await tables(bench.folder);
  assert.match(found.join(), /^t\.order_id_[0-9a-f]{8},t\.order_id_[0-9a-f]{8},t\.order_id$/);
  await bench.load("wide.csv", { stream });
  assert.deepEqual(await tables(bench.folder), found);
});

Deno.test("of streams that get one table name the one that had it keeps it, also where it is not loaded this time", async () => {
  await using bench = await openBench({ "in/Orders.csv": "a\n1\n" });
  const load = async (only?: readonly string[]) => {
    const { error } = await bench.load("in", { stream: { into: undefined }, only });
    assert.equal(error, undefined);
    return await tables(bench.folder);
  };
  assert.deepEqual(await load(), ["Orders.a"]);
  await bench.write("in/ORDERS.csv", "b\n1\n");
  await bench.write("in/orders.csv", "c\n1\n");
  const all = await load();
  assert.match(all.join(), /^ORDERS_[0-9a-f]{8}\.b,Orders\.a,orders_[0-9a-f]{8}\.c$/);
  assert.deepEqual(await load(["ORDERS"]), all);
  assert.deepEqual(await load(["orders"]), all);
});

Deno.test("keys and indexes of a table may be said by the names of the source", async () => {
  await using bench = await openBench({ "in.csv": "orderId,v\n1,a\n" });
  const stream = {
    names: "snake",
    write: "merge",
    key: ["orderId"],
    table: { primaryKey: ["orderId"], indexes: [["v"]] },
  } as const;
  const { error } = await bench.load("in.csv", { stream });
  assert.equal(error, undefined);
  assert.equal((await bench.load("in.csv", { stream })).report?.unchanged, 1);
});
