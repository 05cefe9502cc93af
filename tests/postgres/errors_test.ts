import { deepEqual, equal, match, ok } from "node:assert/strict";
import { connect } from "../../plugins/postgres/session.ts";
import { parametersOf } from "../../plugins/postgres/parameters.ts";
import type { PostgresConfig } from "../../plugins/postgres/mod.ts";
import { DtegError } from "../../sdk/mod.ts";
import { asUser, type User } from "../e2e/user.ts";
import { type Login, openServer, PASSWORD } from "./server.ts";

const server = await openServer();
await server.psql(
  `CREATE TABLE t AS SELECT i AS id, i::numeric(10,2) AS n, md5(i::text) AS v FROM generate_series(1, 1000) i;
  CREATE VIEW slow AS SELECT id, v, pg_sleep(0.05)::text AS s FROM t;
  CREATE VIEW broken AS SELECT id, 1 / (id - 900) AS x FROM t;
  CREATE ROLE full_up LOGIN PASSWORD 'p' CONNECTION LIMIT 0; CREATE ROLE one_only LOGIN PASSWORD '${PASSWORD}' CONNECTION LIMIT 1;
  GRANT SELECT ON t TO one_only;
  CREATE DATABASE closed; REVOKE CONNECT ON DATABASE closed FROM PUBLIC; CREATE ROLE nobody LOGIN PASSWORD 'p';
  CREATE DATABASE target;`,
);
const HERE = `127.0.0.1:${server.port}`;
const at = (login?: Login, db = "postgres"): PostgresConfig => ({ url: server.url(db, login) });

interface Case {
  readonly name: string;
  readonly config: PostgresConfig;
  readonly code: string;
  /** After `cannot connect to `. */
  readonly message: string;
  readonly hint: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: "nothing listens",
    config: { url: "postgres://u:p@127.0.0.1:1/d" },
    code: "connection.refused",
    message: "127.0.0.1:1/d: connect ECONNREFUSED 127.0.0.1:1",
    hint: /that the server runs and listens there/,
  },
  {
    name: "no socket there",
    config: { host: "/no/folder", port: 7, user: "u", password: "p", database: "d" },
    code: "connection.refused",
    message: "/no/folder (port 7), database d: connect ENOENT /no/folder/.s.PGSQL.7",
    hint: /that the server runs and listens there/,
  },
  {
    name: "an unknown host",
    config: { url: "postgres://u:p@nowhere.invalid/d" },
    code: "connection.host_unknown",
    message: "nowhere.invalid:5432/d: getaddrinfo ENOTFOUND nowhere.invalid",
    hint: /check the host's name/,
  },
  {
    name: "a wrong password",
    config: at({ password: "wrong" }),
    code: "connection.auth",
    message: `${HERE}/postgres: password authentication failed for user "postgres"`,
    hint: /check user and password/,
  },
  {
    name: "no password",
    config: { host: "127.0.0.1", port: server.port, user: "postgres", database: "postgres" },
    code: "connection.auth",
    message: `${HERE}/postgres: the server wants a password, and none is given`,
    hint: /PGPASSWORD or the password file/,
  },
  {
    name: "no such database",
    config: at({}, "nix"),
    code: "connection.no_database",
    message: `${HERE}/nix: database "nix" does not exist`,
    hint: /name of the database/,
  },
  {
    name: "no right to connect",
    config: at({ user: "nobody", password: "p" }, "closed"),
    code: "connection.forbidden",
    message: `${HERE}/closed: permission denied for database "closed"; User does not have CONNECT privilege.`,
    hint: /^GRANT CONNECT ON DATABASE closed/,
  },
  {
    name: "no TLS where it is required",
    config: at({ options: "sslmode=require" }),
    code: "connection.no_tls",
    message: `${HERE}/postgres: The server does not support SSL connections`,
    hint: /sslmode=disable/,
  },
  {
    name: "too many connections",
    config: at({ user: "full_up", password: "p" }),
    code: "connection.too_many",
    message: `${HERE}/postgres: too many connections for role "full_up"`,
    hint: /max_connections/,
  },
  {
    name: "an option that the server does not know",
    config: at({ options: "options=-c%20nope%3D1" }),
    code: "connector.config",
    message: `${HERE}/postgres: unrecognized configuration parameter "nope"`,
    hint: /options of the connection/,
  },
];

for (const { name, config, code, message, hint } of CASES) {
  Deno.test(`connecting: ${name}`, async () => {
    const error = await failure(config);
    deepEqual([error.code, error.message], [code, `cannot connect to ${message}`]);
    match(error.hint ?? "", hint);
  });
}

async function failure(config: PostgresConfig): Promise<DtegError> {
  try {
    await using session = await connect(parametersOf(config), { signal: new AbortController().signal });
    await session.query("SELECT 1");
  } catch (error) {
    if (error instanceof DtegError) return error;
    throw error;
  }
  throw new Error("it went well");
}

Deno.test("of several hosts the first that answers is taken; when none does, all are told", async () => {
  const url = server.url().replace("@", "@127.0.0.1:1,");
  await using session = await connect(parametersOf({ url }), { signal: new AbortController().signal });
  equal(session.label, `${HERE}/postgres`);
  const error = await failure({ url: "postgres://u:p@127.0.0.1:1,127.0.0.1:2/d" });
  equal(
    error.message,
    "cannot connect to 127.0.0.1:1/d: connect ECONNREFUSED 127.0.0.1:1; cannot connect to 127.0.0.1:2/d: connect ECONNREFUSED 127.0.0.1:2",
  );
});

const run = (user: User, from: readonly string[], to = "o.csv", env: Readonly<Record<string, string>> = {}) =>
  user.fails(["run", ...from, "--to", to], { env });
const source = (stream: string, login?: Login) => ["--from", server.url("postgres", login), "--stream", stream];

Deno.test("environment and socket do as the URL does, also through DuckDB", () =>
  asUser(async (user) => {
    const env = {
      PGHOST: server.folder,
      PGPORT: String(server.port),
      PGUSER: "postgres",
      PGPASSFILE: `${user.folder}/pass`,
      PGDATABASE: "postgres",
    };
    user.write("pass", `*:*:*:postgres:${PASSWORD.replace(/[:\\]/g, "\\$&")}\n`);
    const refused = await run(user, ["--from", "postgres://", "--stream", "t"], "o.csv", env);
    deepEqual([refused.code, refused.exit], ["connection.auth", 3]);
    match(
      refused.message,
      /none is given; the password file ".*pass" is not used, since others may read it: chmod 600 /,
    );
    await Deno.chmod(`${user.folder}/pass`, 0o600);
    const { read } = await user.load(["--from", "postgres://", "--stream", "t", "--to", "o.csv"], { env });
    equal(read, 1000);
  }));

Deno.test("a login that fails ends with 3 and shows no secret, in no form", () =>
  asUser(async (user) => {
    const secret = "S3cr&t'\\ %/:@ü";
    const forms = [secret, encodeURIComponent(secret), secret.replace("'", "\\'"), "S3cr"];
    const calls = [
      ["run", ...source("t", { password: secret }), "--to", "o.csv", "--json"],
      ["run", ...source("t", { password: secret }), "--to", server.url("target"), "-v"],
      ["preview", server.url("postgres", { password: secret }), "--stream", "t"],
      ["query", "SELECT 1", "--on", server.url("postgres", { password: secret })],
    ];
    for (const args of calls) {
      const { code, stdout, stderr } = await user.dteg(args);
      equal(code, 3, stderr);
      match(stdout + stderr, /cannot connect to 127\.0\.0\.1:\d+\/postgres: password authentication failed/);
      for (const form of forms) {
        equal((stdout + stderr).includes(form), false, `${form} in ${args[0]}: ${stdout}${stderr}`);
      }
    }
  }));

Deno.test("DuckDB's connection fails as ours do: the same words, and no secret", () =>
  asUser(async (user) => {
    const { code, stdout, stderr } = await user.dteg([
      "run",
      ...source("t", { user: "one_only" }),
      "--to",
      "o.csv",
      "--json",
    ]);
    const { error } = JSON.parse(stdout);
    deepEqual([code, error.code], [3, "connection.too_many"]);
    match(error.message, /^cannot read from 127\.0\.0\.1:\d+\/postgres: .*too many connections for role "one_only"/);
    equal((stdout + stderr).includes("p@ss"), false);
  }));

Deno.test("what stops a read names the database and says what to do, by COPY and through DuckDB", () =>
  asUser(async (user) => {
    for (const to of ["o.csv", server.url("target")]) {
      const slow = await run(user, source("slow", { options: "statement_timeout=1" }), to);
      deepEqual([slow.code, slow.exit], ["connection.timeout", 1]);
      match(slow.message, /^cannot read from 127\.0\.0\.1:\d+\/postgres: canceling statement due to statement timeout/);
      const broken = await run(user, source("broken"), to);
      equal(broken.exit, 1);
      match(broken.message, /^cannot read from 127\.0\.0\.1:\d+\/postgres: division by zero/);
    }
    equal(
      await server.psql(
        "SELECT count(*) FROM pg_class WHERE relname ~ '^_dteg_stage' OR relname IN ('slow', 'broken')",
        { db: "target" },
      ),
      "0",
    );
    deepEqual([user.list(), user.debris()], [[], []]);
  }));

Deno.test("a server that only reads is told as such", () =>
  asUser(async (user) => {
    await server.psql("ALTER DATABASE target SET default_transaction_read_only = on");
    const { code, exit, message } = await run(user, source("t"), server.url("target"));
    await server.psql("ALTER DATABASE target RESET default_transaction_read_only");
    deepEqual([code, exit], ["target.read_only", 3]);
    equal(message, `cannot write to ${HERE}/target: it is read-only (default_transaction_read_only)`);
  }));

Deno.test("a server that dies in the middle of a read ends the run with 1; afterwards all is as if it had not been", () =>
  asUser(async (user) => {
    for (const to of ["o.csv", "o.duckdb"]) {
      const running = user.dteg(["run", ...source("slow"), "--to", to, "--json"]);
      await until("SELECT count(*) > 0 FROM pg_stat_activity WHERE state = 'active' AND wait_event = 'PgSleep'");
      await server.kill();
      const { code, stdout } = await running;
      await server.restart();
      const { error, result } = JSON.parse(stdout);
      const [{ warnings }] = result.pipelines[0].streams;
      match(warnings[0], /^retrying .*: cannot read from 127\.0\.0\.1:\d+\/postgres: /);
      deepEqual([code, error.code], [1, "connection.refused"], stdout); // it is not there for the next try
      ok(error.hint);
    }
    deepEqual([user.list().filter((name) => name !== "o.duckdb"), user.debris()], [[], []]);
    equal((await user.load([...source("t"), "--to", "o.csv"])).read, 1000);
  }));

Deno.test("an interrupt ends a read that waits for the server, and the server's statement", () =>
  asUser(async (user) => {
    const child = user.start(["run", ...source("slow"), "--to", "o.csv"]);
    const sleeping = "FROM pg_stat_activity WHERE state = 'active' AND wait_event = 'PgSleep'";
    await until(`SELECT count(*) > 0 ${sleeping}`);
    const began = performance.now();
    child.kill("SIGINT");
    const { code } = await child.output();
    const seconds = (performance.now() - began) / 1000;
    equal(code, 130);
    ok(seconds < 5, `${seconds} s`);
    await until(`SELECT count(*) = 0 ${sleeping}`);
    deepEqual(user.debris(), []);
  }));

async function until(question: string): Promise<void> {
  for (let n = 0; n < 200; n++) {
    if (await server.psql(question) === "t") return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never true: ${question}`);
}
