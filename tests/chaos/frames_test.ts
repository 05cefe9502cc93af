import assert from "node:assert/strict";
import { Frames, MYSQL_WIRE, POSTGRES_WIRE } from "./frames.ts";

const messages: Readonly<Record<"postgres" | "mysql", Uint8Array>> = {
  // ParseComplete, a DataRow of 3 bytes, ReadyForQuery
  postgres: Uint8Array.from([49, 0, 0, 0, 4, 68, 0, 0, 0, 7, 1, 2, 3, 90, 0, 0, 0, 5, 73]),
  // a message without content, one of 3 bytes
  mysql: Uint8Array.from([0, 0, 0, 1, 3, 0, 0, 2, 7, 8, 9]),
};

Deno.test("a wire passes each byte on, wherever its pieces are cut", () => {
  for (const [form, name] of [[POSTGRES_WIRE, "postgres"], [MYSQL_WIRE, "mysql"]] as const) {
    const bytes = messages[name];
    for (let one = 0; one <= bytes.length; one++) {
      for (let two = one; two <= bytes.length; two++) {
        const frames = new Frames(form, "server");
        const cut = [bytes.subarray(0, one), bytes.subarray(one, two), bytes.subarray(two)];
        const passed = cut.flatMap((chunk) => [...frames.cut(chunk)].flatMap((piece) => [...piece.bytes]));
        assert.deepEqual(passed, [...bytes], `${name}, cut at ${one} and ${two}`);
      }
    }
  }
});
