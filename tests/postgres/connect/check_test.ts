import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { CheckStep, DtegError } from "../../../sdk/mod.ts";
import { postgresConnector } from "../../../plugins/postgres/mod.ts";
import { openServer, PASSWORD } from "../server.ts";
import { bareHost } from "./bare_host.ts";

const server = await openServer({ tls: true });
await server.psql(
  `CREATE TABLE t AS SELECT 1 AS id;
  CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}'; CREATE ROLE maker LOGIN PASSWORD '${PASSWORD}';
  CREATE DATABASE made; GRANT CREATE ON DATABASE made TO maker;`,
);

/** The steps of a check that began, and the error that it ended with. */
async function check(url: string, end: "source" | "destination") {
  const steps: string[] = [];
  const step: CheckStep = (name, on) => void steps.push(`${name} ${on}`);
  let error: DtegError | undefined;
  try {
    await using opened = await postgresConnector[end]!({ url }, bareHost());
    await opened.check(step);
  } catch (thrown) {
    error = thrown as DtegError;
  }
  return { steps, error };
}

const address = `127.0.0.1:${server.port}`;

Deno.test("a check of a source names each step as it begins, to something that can be read", async () => {
  const url = server.url("postgres", { host: "localhost", options: "sslmode=require" });
  deepEqual(await check(url, "source"), {
    steps: [
      "dns localhost",
      `tcp localhost:${server.port}`,
      "tls sslmode=require",
      "login postgres to postgres",
      "read postgres",
    ],
    error: undefined,
  });
  const socket = await check(server.url("postgres", { host: server.folder }), "source");
  deepEqual(socket.steps, [`tcp ${server.folder}`, "login postgres to postgres", "read postgres"]);
});

Deno.test("a check of a destination makes a table, fills it, and takes it back", async () => {
  const { steps, error } = await check(server.url("made", { options: "sslmode=disable" }), "destination");
  deepEqual([steps, error], [
    [`tcp ${address}`, "login postgres to made", "create made", "write schema public"],
    undefined,
  ]);
  const asMaker = await check(server.url("made", { user: "maker", options: "sslmode=disable" }), "destination");
  deepEqual([asMaker.steps.slice(2), asMaker.error], [["create made", "write made"], undefined]);
  equal(await server.psql("SELECT count(*) FROM pg_class WHERE relname ~ '_dteg_'", { db: "made" }), "0");
  equal(await server.psql("SELECT count(*) FROM pg_namespace WHERE nspname ~ '_dteg_'", { db: "made" }), "0");
});

Deno.test("the step that was named last is the one at fault", async () => {
  const plain = "sslmode=disable";
  const cases = [
    [
      "source",
      "postgres://u:p@nowhere.invalid/d",
      "dns nowhere.invalid",
      "connection.host_unknown",
      /nowhere\.invalid/,
    ],
    ["source", "postgres://u:p@127.0.0.1:1/d?sslmode=disable", "tcp 127.0.0.1:1", "connection.refused", /ECONNREFUSED/],
    [
      "source",
      server.url("postgres", { options: "sslmode=verify-ca" }),
      "tls sslmode=verify-ca",
      "connection.tls",
      /certificate/,
    ],
    [
      "source",
      server.url("postgres", { password: "wrong", options: plain }),
      "login postgres to postgres",
      "connection.auth",
      /password authentication failed/,
    ],
    [
      "source",
      server.url("postgres", { user: "reader", options: plain }),
      "read postgres",
      "connection.forbidden",
      /the user "reader" may read none of its 1 tables/,
    ],
    [
      "destination",
      server.url("postgres", { user: "reader", options: plain }),
      "create postgres",
      "connection.forbidden",
      /the user "reader" has no right to CREATE in any schema, nor on the database/,
    ],
    [
      "destination",
      server.url("made", { options: `${plain}&options=-c%20default_transaction_read_only%3Don` }),
      "create made",
      "target.read_only",
      /it is read-only/,
    ],
  ] as const;
  for (const [end, url, step, code, message] of cases) {
    const { steps, error } = await check(url, end);
    deepEqual([steps.at(-1), error?.code], [step, code], String(error?.message));
    match(error?.message ?? "", message);
    ok(error?.hint);
  }
});
