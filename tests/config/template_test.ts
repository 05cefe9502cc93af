import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { expandText, type Scope } from "../../runtime/config/resolve/scope.ts";
import { escapeTemplate, parseTemplate } from "../../runtime/config/template.ts";

const values: Readonly<Record<string, string>> = {
  "env.X": "x",
  "env.EMPTY": "",
  "var.a-b": "${env.X}",
  "run.id": "r1",
};
const scope: Scope = {
  names: () => [],
  find({ namespace, name }) {
    const text = values[`${namespace}.${name}`];
    return text === undefined ? undefined : { text, hollow: false };
  },
};
const expand = (text: string) => expandText(text, scope).text;

Deno.test("references become values, once, and all else stays", () => {
  equal(expand("a ${env.X} $X $ {b} ${run.id}!"), "a x $X $ {b} r1!");
  equal(expand("${var.a-b}"), "${env.X}");
  equal(expand("$${env.X} $$${env.X}"), "${env.X} $${env.X}");
});

Deno.test("a default stands in for what is unset or empty", () => {
  equal(expand("${env.NO:-d} ${env.EMPTY:-e} ${env.X:-f} ${env.NO:-}|${env.NO:-a:-b c}"), "d e x |a:-b c");
});

Deno.test("what is unset is told by its name", () => {
  deepEqual(expandText("${env.NO} ${var.no}", scope).unset.map(({ source }) => source), ["${env.NO}", "${var.no}"]);
});

Deno.test("a reference that cannot be read is told with what it could be", () => {
  const problems = ["${env.X", "${foo.x}", "${}", "${env.}", "${secret.../x}", "${secret.a/b}"].map((text) =>
    parseTemplate(text).map((piece) => typeof piece === "object" && "problem" in piece ? piece.problem : piece)
  );
  const unknown = "is none of ${env.NAME}, ${var.NAME}, ${secret.NAME}, ${run.NAME}";
  deepEqual(problems, [["is not closed by }"], ...Array(5).fill([unknown])]);
});

Deno.test("an escaped text comes out as it was, whatever it holds", () => {
  const text = fc.array(fc.constantFrom("$", "{", "}", "${", "$${", "env.X", "x", ":-", "\n", "ü")).map((parts) =>
    parts.join("")
  );
  fc.assert(fc.property(text, (given) => equal(expand(escapeTemplate(given)), given)));
});

Deno.test("a value is never read as a template again", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (before, value) => {
    const fixed: Scope = { names: () => [], find: () => ({ text: value, hollow: false }) };
    equal(expandText(`${escapeTemplate(before)}|\${env.Y}|`, fixed).text, `${before}|${value}|`);
  }));
});
