import assert from "node:assert/strict";
import { notOneStatement } from "../../../runtime/engine/ask/one_statement.ts";

Deno.test("semicolons and parentheses in quotes and comments end no statement", () => {
  for (
    const sql of [
      "select ';)'",
      "select 1 -- ;)\n",
      "select $$;)$$",
      "select /* ; */ (1)",
      `select ");"`,
      "select E'\\';'",
    ]
  ) {
    assert.equal(notOneStatement(sql), undefined, sql);
  }
});

Deno.test("what is not one statement says why", () => {
  const texts = ["select 1; drop table a", "select 1) q; drop table a; select * from (select 2", "select (1"];
  assert.deepEqual(texts.map(notOneStatement), ["several", "closed", "open"]);
});
