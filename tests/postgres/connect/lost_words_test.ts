import { deepEqual, equal } from "node:assert/strict";
import { mysqlError } from "../../../plugins/mysql/mysql_error.ts";
import { pgError } from "../../../plugins/postgres/pg_error.ts";
import { refusedMark, scanFault } from "../../../plugins/postgres/read/scan_fault.ts";
import { duckError } from "../../../runtime/engine/move/duck_error.ts";

const attempt = { label: "h/d", action: "read from" };
const told = (text: string) => duckError(new Error(text), { sql: "", tempDir: "/tmp/x", memory: 1e9 });

Deno.test("a connection that is lost is told as such, whoever finds it and in whatever words", () => {
  const codes = [
    pgError(new Error("write UNKNOWN"), attempt),
    pgError(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }), attempt),
    mysqlError(new Error("write UNKNOWN"), attempt),
    told(
      'TransactionContext Error: Failed to commit: Failed to execute query "COMMIT": server closed the connection\n\tThis …',
    ),
    told('Failed to execute query "BEGIN": could not receive data from server: Connection reset by peer'),
    told('connection to server at "127.0.0.1", port 1 failed: Connection refused'),
  ].map(({ code, failure }) => [code, failure]);
  deepEqual(codes, codes.map(() => ["connection.lost", "transient"]));
});

Deno.test("the statement in an error is not taken for a value that the server refused", () => {
  const shape = { pgType: "numeric", base: "numeric", isArray: false, category: "b", isBuiltIn: true };
  const columns = [{ name: "n", nullable: true, isDomain: false, type: { kind: "decimal" } as const, ...shape }];
  const lost = told(
    `Failed to execute COPY "SELECT ('${refusedMark(0)}' || n)::numeric FORMAT "binary": server closed the connection`,
  );
  equal(scanFault(lost, { ...attempt, columns }).code, "connection.lost");
  const refused = told(`ERROR: invalid input syntax for type numeric: "${refusedMark(0)}NaN"`);
  equal(
    scanFault(refused, { ...attempt, columns }).message,
    'column "n" holds "NaN", which no decimal of DuckDB can be',
  );
});
