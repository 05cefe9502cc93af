import { equal } from "node:assert/strict";
import { excerpt } from "../../../runtime/config/tree/excerpt.ts";

const at = (text: string, word: string) => excerpt(text, text.indexOf(word), { end: text.indexOf(word) + word.length });

Deno.test("an excerpt is the line with two before it, and carets under the word", () => {
  equal(at("a: 1\nb: 2\n\nc: word # x\nd: 4\n", "word"), "2 | b: 2\n3 |\n4 | c: word # x\n  |    ^^^^");
});

Deno.test("a tab before the word stays one in the line of the caret", () => {
  equal(at("\tword", "word"), "1 | \tword\n  | \t^^^^");
});

Deno.test("an excerpt shows no password", () => {
  equal(at("password: hunter2, and more\nx: y", "y"), "1 | password: ***\n2 | x: y\n  |    ^");
  equal(
    at("c: { api_token: 'hunter2', port: y }", "y }"),
    "1 | c: { api_token: ***, port: y }\n  |                            ^",
  );
  equal(at("password: ${secret.x}", "$"), "1 | password: ${secret.x}\n  |           ^");
});
