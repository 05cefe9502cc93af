import { deepEqual, equal, throws } from "node:assert/strict";
import { parseTree } from "../../runtime/config/read.ts";
import { scalarText } from "../../runtime/config/tree/tree.ts";

const rootOf = (text: string) => parseTree(text, "f.yaml").root;
const refused = (text: string, code: string, message: RegExp) =>
  throws(() => parseTree(text, "f.yaml"), { code, message });

Deno.test("YAML becomes plain values; keys are texts as written", () => {
  deepEqual(rootOf('a: [1, 1.5, true, null, "x", 2024-01-01]\nnull: NA\n1: no\n'), {
    a: [1, 1.5, true, null, "x", "2024-01-01"],
    null: "NA",
    1: "no",
  });
});

Deno.test("a number that would lose digits stays text", () => {
  deepEqual(rootOf("a: 9007199254740993\nb: 1e999\nc: .nan\n"), { a: "9007199254740993", b: "1e999", c: ".nan" });
});

Deno.test("a bare scalar keeps the text that it was written as", () => {
  const tree = parseTree('a: 007\nb: "007"\nc: True\n', "f.yaml");
  deepEqual(["/a", "/b", "/c", "/d"].map((at) => scalarText(tree, at)), ["007", "007", "True", undefined]);
});

Deno.test("aliases are expanded, and << takes over what is not said anew", () => {
  deepEqual(rootOf("base: &b { x: 1, y: [2] }\none: { <<: *b, x: 3 }\ntwo: *b\n"), {
    base: { x: 1, y: [2] },
    one: { x: 3, y: [2] },
    two: { x: 1, y: [2] },
  });
});

Deno.test("what is too deep, circular, or expands too far is refused", () => {
  refused("[".repeat(40) + "]".repeat(40), "pipeline.too_large", /more than 32 deep/);
  refused("[".repeat(9000) + "]".repeat(9000), "pipeline.too_large", /too deep/);
  refused("a: &x [*x]\n", "pipeline.too_large", /more than 32 deep/);
});

Deno.test("one file is one document, and anchors, tags and keys are plain", () => {
  refused("a: 1\n---\nb: 2\n", "pipeline.syntax", /a second document/);
  refused("a: *x\n", "pipeline.syntax", /no anchor &x/);
  refused("a: !foo 1\n", "pipeline.syntax", /a tag that dteg does not know/);
  refused("? [a]\n: 1\n", "pipeline.syntax", /a key is a list/);
  refused("__proto__: { a: 1 }\n", "pipeline.unknown_key", /__proto__/);
});

Deno.test("an error of syntax says file, line and column", () => {
  throws(() => parseTree("a: 1\n\tb: 2\n", "dir/f.yaml"), {
    path: "dir/f.yaml",
    line: 2,
    col: 1,
    code: "pipeline.syntax",
  });
});

Deno.test("a byte order mark is no part of the first key", () => {
  equal(JSON.stringify(rootOf("\uFEFFa: 1\n")), '{"a":1}');
});
