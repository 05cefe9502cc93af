import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { connect } from "node:net";
import { existsSync } from "node:fs";
import { openServer } from "./server.ts";

Deno.test("a test server serves, restarts after a crash, and leaves nothing behind", async () => {
  const server = await openServer();
  equal(server.url("a b"), `postgres://postgres:p%40ss%3Aw%2F%C3%B6%20rd%25@127.0.0.1:${server.port}/a%20b`);
  const db = await server.createDatabase();
  equal(await server.psql("CREATE TABLE t AS SELECT 1 AS a, NULL AS b; TABLE t", { db }), "1|");
  await rejects(server.psql("SELECT 1/0"), /division by zero/);
  await server.kill();
  equal(await answers(server.port), false);
  await server.restart();
  equal(await server.psql("SHOW ssl; SELECT count(*) FROM pg_database WHERE datname = 'db1'"), "off\n1");
  await server.stop();
  await server.stop();
  deepEqual([await answers(server.port), existsSync(server.folder)], [false, false]);
});

Deno.test("a server with TLS has a certificate of its own authority", async () => {
  await using server = await openServer({ tls: true });
  equal(await server.psql("SHOW ssl"), "on");
  ok(existsSync(`${server.folder}/ca.crt`));
});

/** True when something listens there. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.on("connect", () => end(true)).on("error", () => end(false));
  });
}

Deno.test("a server ends with its process, also when that does not end it", async () => {
  const module = new URL("./server.ts", import.meta.url).href;
  const code = `const { openServer } = await import(${JSON.stringify(module)});
    console.log((await openServer()).folder); Deno.kill(Deno.pid, "SIGKILL");`;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", code] }).output();
  const folder = new TextDecoder().decode(stdout).trim();
  ok(folder.includes("dteg-pg-"), folder);
  for (let n = 0; n < 100 && existsSync(folder); n++) await new Promise((resolve) => setTimeout(resolve, 100));
  equal(existsSync(folder), false);
});
