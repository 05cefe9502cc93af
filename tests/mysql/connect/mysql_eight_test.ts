import { deepEqual, equal, rejects } from "node:assert/strict";
import { parametersOf } from "../../../plugins/mysql/parameters.ts";
import { connect } from "../../../plugins/mysql/session.ts";
import { openFakeMysql } from "./mysql_eight.ts";

const { signal } = new AbortController();
const PASSWORD = "p@ss:w/ö rd%";
const to = (port: number, password: string, sslmode = "prefer") =>
  connect(parametersOf({ url: `mysql://ada:${encodeURIComponent(password)}@127.0.0.1:${port}?sslmode=${sslmode}` }), {
    signal,
  });

for (const knows of [true, false]) {
  const way = knows ? "fast" : "by key";
  Deno.test(`MySQL 8's login: ${knows ? "a hash is enough where the password was seen before" : "else it goes under the server's key"}`, async () => {
    await using server = openFakeMysql({ password: PASSWORD, knows });
    {
      await using session = await to(server.port, PASSWORD);
      deepEqual([session.isMariadb, session.version], [false, "8.0.40"]);
      equal(await session.change("DO 1"), 0);
    }
    await rejects(to(server.port, "wrong"), { code: "connection.auth", message: /Access denied for user 'ada'/ });
    deepEqual(server.logins.map(({ isRight, way }) => [isRight, way]), [[true, way], [false, way]]);
  });
}

Deno.test("a server of MySQL 8 without TLS is refused where TLS is wanted", async () => {
  await using server = openFakeMysql({ password: PASSWORD, knows: true });
  await rejects(to(server.port, PASSWORD, "require"), { code: "connection.no_tls" });
  deepEqual(server.logins, []);
});
