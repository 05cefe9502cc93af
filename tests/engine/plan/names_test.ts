import assert from "node:assert/strict";
import { ruledName } from "../../../runtime/engine/plan/name_rule.ts";
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

Deno.test("a name is cut by characters where the target counts those, and what it cannot hold becomes _", () => {
  const limits = { foldsCase: true, nameChars: 64, unfit: /[\u{10000}-\u{10ffff}]| +$/gu };
  const [long] = targetNames(["é".repeat(65)], limits);
  assert.match(long, /^é{55}_[0-9a-f]{8}$/);
  assert.deepEqual(targetNames(["é".repeat(64), "a b  ", "😀x", "", "_"], limits).slice(1), [
    "a b__",
    "_x",
    "_",
    "__d2e2adf7",
  ]);
});

Deno.test("a thousand columns that differ only behind byte 63 get a thousand names, the same in any order", () => {
  const names = Array.from({ length: 1000 }, (_, index) => `${"x".repeat(63)}${index}`);
  const limits = { foldsCase: false, nameBytes: 63 };
  const given = targetNames(names, limits);
  assert.equal(new Set(given).size, 1000);
  assert.ok(given.every((name) => name.length === 63));
  assert.deepEqual(targetNames(names.toReversed(), limits).toReversed(), given);
});

Deno.test("of columns that a rule gives one name the later ends in the hash of its name in the source", () => {
  const wishes = ["Order ID", "orderId", "order_id"].map((source) => ({ name: ruledName(source, "snake"), source }));
  const [first, second, third] = targetNames(wishes, { foldsCase: false });
  assert.equal(first, "order_id");
  assert.notEqual(second, third);
  assert.deepEqual(targetNames([wishes[1], { ...wishes[0], before: first }], { foldsCase: false }), [second, first]);
});

Deno.test("snake: words in lower case with _ between them", () => {
  const cases: Readonly<Record<string, string>> = {
    orderId: "order_id",
    HTTPServerID: "http_server_id",
    "Order Date (UTC)": "order_date_utc",
    "a.b-c": "a_b_c",
    v2Name: "v2_name",
    _id: "_id",
    "2024": "_2024",
    "größeIn cm": "größe_in_cm",
    "주문 번호": "주문_번호",
    "😀": "_",
    "": "_",
    SELECT: "select",
  };
  for (const [name, wanted] of Object.entries(cases)) assert.equal(ruledName(name, "snake"), wanted, name);
  assert.equal(ruledName("Order Date", "fold"), "order date");
  assert.equal(ruledName("Order Date", "keep"), "Order Date");
});
