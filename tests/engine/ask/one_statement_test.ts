import assert from "node:assert/strict";
import { isOneStatement } from "../../../runtime/engine/ask/one_statement.ts";

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
    assert.equal(isOneStatement(sql), true, sql);
  }
});

Deno.test("what closes a parenthesis that it did not open, or ends and goes on, is not one statement", () => {
  for (const sql of ["select 1; drop table a", "select 1) q; drop table a; select * from (select 2", "select (1"]) {
    assert.equal(isOneStatement(sql), false, sql);
  }
});
