import assert from "node:assert/strict";
import { exact } from "./exact.ts";
import { asJsonb, readJson, writeJson } from "./json_text.ts";
import { readCsv } from "./ends/csv.ts";
import { ENDS } from "./nasty.ts";
import { SKIPPED } from "./skipped.ts";
import { VALUES } from "./values/every_value.ts";

Deno.test("every line of the table has a source, a reason, and a text of its kind", () => {
  for (const { id, why, kind, is, from, to } of VALUES) {
    assert.ok(Object.keys(from).length > 0, `${id} has no source`);
    assert.ok(why.length > 3, `${id} has no reason`);
    if (is !== "" || Object.keys(to).length === 0) exact(kind, is);
  }
  assert.equal(new Set(VALUES.map(({ id }) => id)).size, VALUES.length);
});

Deno.test("an exception is for a route that the value takes", () => {
  for (const { id, from, to } of VALUES) {
    for (const route of Object.keys(to)) {
      const [source, target] = route.split(">");
      assert.ok(source === "" || source in from, `${id}: ${route}, but ${source} is not among its sources`);
      assert.ok(target === "" || ENDS.some((end) => end === target), `${id}: ${route}`);
    }
  }
});

Deno.test("a kind that an end has no value of is told, with the reason", () => {
  const word = (kind: string) => kind.replace(/\(.*/, "");
  const kinds = [...new Set(VALUES.map(({ kind }) => word(kind)))];
  for (const end of ENDS) {
    const lacking = kinds.filter((kind) => !VALUES.some((value) => word(value.kind) === kind && value.from[end]));
    const told = SKIPPED.filter((one) => one.end === end).flatMap(({ what }) => what).filter((one) =>
      kinds.includes(one)
    );
    assert.deepEqual(told.toSorted(), lacking.toSorted(), end);
  }
});

Deno.test("the texts of two values are equal only where the values are", () => {
  const same = (kind: Parameters<typeof exact>[0], a: string, b: string) => exact(kind, a) === exact(kind, b);
  assert.ok(!same("float64", "0", "-0"));
  assert.ok(!same("float64", "0.1", "0.10000000000000002"));
  assert.ok(same("float64", "1e2", "100.0"));
  assert.ok(same("float32", "0.10000000149011612", "0.1"));
  assert.ok(!same("decimal(10,2)", "1.5", "1.50"));
  assert.ok(!same("json", "1.5", "1.50"));
  assert.ok(!same("json", '{"a":1,"a":2}', '{"a":2}'));
  assert.ok(same("json", '{"a" : "\\u0061"}', '{"a":"a"}'));
  assert.ok(!same("timestamp", "2024-01-01T00:00:00.000001", "2024-01-01T00:00:00"));
  assert.ok(same("timestamp", "2024-01-01 00:00:00.500000", "2024-01-01T00:00:00.5"));
  assert.ok(!same("interval", "P1M", "P30D"));
  assert.ok(same("interval", "P1Y", "P12M"));
  assert.ok(same("timetz", "12:00:00+00:00", "12:00:00Z"));
  for (
    const [kind, text] of [["int64", "1.0"], ["bool", "1"], ["date", "2024-1-1"], [
      "timestamptz",
      "2024-01-01T00:00:00",
    ]]
  ) {
    assert.throws(() => exact(kind as "int64", text), Error);
  }
});

Deno.test("a jsonb keeps values, not spellings", () => {
  const kept = (text: string) => writeJson(asJsonb(readJson(text)));
  assert.equal(kept('{"b":1E2,"a":[-0,1.50],"b":0.25e-1}'), '{"a":[0,1.50],"b":0.025}');
});

Deno.test("the reader of CSV tells empty text from NULL and takes nothing else", () => {
  assert.deepEqual(readCsv('a,"",\n"x ""y""\n",2,3\n'), [["a", "", null], ['x "y"\n', "2", "3"]]);
  for (const wrong of ['a,"b\n', 'a"b\n', "a,b", "a\r\n"]) assert.throws(() => readCsv(wrong), Error);
});
