import assert from "node:assert/strict";
import fc from "fast-check";
import { membersOf } from "../../../runtime/engine/json/members.ts";
import { runs } from "../stage_session.ts";

Deno.test("members are those of the object itself, in their order, doubles too", () => {
  assert.deepEqual(membersOf('{"2":{"x":[1,{"y":"}"}]}, "1" : "a,b" ,"2":null}'), [
    { key: "2", value: '{"x":[1,{"y":"}"}]}' },
    { key: "1", value: '"a,b"' },
    { key: "2", value: "null" },
  ]);
  assert.deepEqual(membersOf("{}"), []);
  assert.deepEqual(membersOf('"JSON"'), []);
});

Deno.test("the members of any object are found", () => {
  const value = fc.jsonValue();
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.string({ unit: "binary" }), value), { selector: ([key]) => key }),
      (members) => {
        const text = `{${
          members.map(([key, inner]) => `${JSON.stringify(key)}: ${JSON.stringify(inner)}`).join(" ,")
        }}`;
        assert.deepEqual(
          membersOf(text),
          members.map(([key, inner]) => ({ key, value: JSON.stringify(inner) })),
        );
      },
    ),
    runs(100),
  );
});
