import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { nearest } from "../../sdk/nearest.ts";

const VERBS = ["init", "run", "validate", "preview", "query", "runs", "schema", "version", "help"];

Deno.test("a mistyped word finds the one that was meant", () => {
  const typed = ["wirte", "rnu", "validat", "QUERY", "shcema", "hlep", "versoin"];
  deepEqual(typed.map((word) => nearest(word, ["write", ...VERBS])), [
    "write",
    "run",
    "validate",
    "query",
    "schema",
    "help",
    "version",
  ]);
});

Deno.test("the beginning of one word finds it, of several none", () => {
  deepEqual(["valid", "run-all"].map((word) => nearest(word, VERBS)), ["validate", "run"]);
  deepEqual(nearest("order_", ["order_items_of_today", "order_lines_of_today"]), undefined);
});

Deno.test("a word that is like nothing finds nothing", () => {
  deepEqual(["frobnicate", "x", ""].map((word) => nearest(word, VERBS)), [undefined, undefined, undefined]);
});

Deno.test("a word that is there finds itself", () => {
  const word = fc.string({ minLength: 2, maxLength: 8 });
  fc.assert(fc.property(word, fc.array(word), (one, others) => {
    equal(nearest(one, [...others, one])?.toLowerCase(), one.toLowerCase());
  }));
});
