import assert from "node:assert/strict";
import { targetNames } from "../../../runtime/engine/plan/names.ts";

const duckdb = { foldsCase: true };

Deno.test("a name is kept when the target can hold it", () => {
  assert.deepEqual(targetNames(["id", 'odd "name"', "select", "é"], duckdb), ["id", 'odd "name"', "select", "é"]);
});

Deno.test("of two that collide the later ends in the hash of its name, the same each time", () => {
  assert.deepEqual(targetNames(["Id", "id"], duckdb), ["Id", "id_a56145270ce6b3be"].map((name) => name.slice(0, 11)));
  assert.deepEqual(targetNames(["Id", "id"], { foldsCase: false }), ["Id", "id"]);
});

Deno.test("a long name is cut between characters and ends in its hash", () => {
  const [name] = targetNames(["é".repeat(40)], { foldsCase: false, nameBytes: 63 });
  assert.match(name, /^é{27}_[0-9a-f]{8}$/);
  assert.equal(new TextEncoder().encode(name).length, 63);
});

Deno.test("a column keeps the name that it got, whatever comes to stand before it", () => {
  const [first, second] = targetNames(["Id", "id"], duckdb);
  assert.deepEqual(targetNames([{ name: "id", before: second }, { name: "Id", before: first }], duckdb), [
    second,
    first,
  ]);
  assert.deepEqual(targetNames([{ name: "ID" }, { name: "id", before: "id" }], duckdb)[1], "id");
});

Deno.test("a name of before that these rules did not make of the column's name does not count", () => {
  assert.deepEqual(targetNames([{ name: "total", before: "amount" }], duckdb), ["total"]);
});

Deno.test("three names of one kind get three names", () => {
  assert.equal(new Set(targetNames(["a", "A", "a", "A"], duckdb).map((name) => name.toLowerCase())).size, 4);
});
