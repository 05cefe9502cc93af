import assert from "node:assert/strict";
import { DtegError } from "../../sdk/mod.ts";
import { errorText } from "../../runtime/commands/error_text.ts";
import { makeStyle } from "../../runtime/commands/style.ts";

const plain = makeStyle({ colour: false });

Deno.test("on a screen an error is broken between words, two columns in; its excerpt is not", () => {
  const error = new DtegError("column.unknown", "there is no column of this name in the table of the orders", {
    path: "p.yaml",
    line: 3,
    col: 7,
    excerpt: "3 |   a line of the file that goes on and on, past the end",
    hint: "did you mean one of the columns 주문번호, 고객이름, 금액?",
  });
  assert.equal(
    errorText(error, plain, { width: 40 }),
    [
      "p.yaml:3:7: there is no column of this",
      "  name in the table of the orders",
      "  3 |   a line of the file that goes on and on, past the end",
      "  hint: did you mean one of the columns",
      "  주문번호, 고객이름, 금액?",
      "column.unknown: see `dteg help column.unknown` or docs/errors.md",
      "",
    ].join("\n"),
  );
});

Deno.test("where there is no screen each error is a line", () => {
  const message = "a long message ".repeat(20).trim();
  const lines = errorText(new DtegError("usage", message), plain).split("\n");
  assert.equal(lines[0], `error: ${message}`);
});
