import { deepEqual, equal, match, ok } from "node:assert/strict";
import { asUser, type User } from "../../e2e/user.ts";
import { openServer } from "../server.ts";

const server = await openServer({ tls: true });
const db = await server.createDatabase("shop");
await server.sql(
  `CREATE TABLE t (id int PRIMARY KEY, v varchar(64)); INSERT INTO t SELECT seq, md5(seq) FROM seq_1_to_1000;
  CREATE USER reader IDENTIFIED BY 'reader-secret'; GRANT SELECT (id) ON shop.t TO reader;
  CREATE USER one IDENTIFIED BY 'one-secret' WITH MAX_USER_CONNECTIONS 1; GRANT SELECT ON shop.* TO one;
  CREATE USER far@'10.0.0.1' IDENTIFIED BY 'far'; CREATE USER sure IDENTIFIED BY 'sure-secret' REQUIRE SSL; GRANT SELECT ON shop.* TO sure`,
  { db },
);
const ca = `sslrootcert=${server.folder}/ca.crt`;
const read = (url: string, to = "o.csv") => ["run", "--from", url, "--stream", "t", "--to", to];

async function fails(user: User, url: string): Promise<readonly [code: string, exit: number, message: string]> {
  const { code, exit, message } = await user.fails(read(url));
  return [code, exit, message];
}

Deno.test("a connection that cannot be made is told by what is wrong, with exit code 3", () =>
  asUser(async (user) => {
    const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = closed.addr as Deno.NetAddr;
    closed.close();
    const elsewhere = server.url(db).replace(`:${server.port}/`, `:${port}/`);
    const cases = [
      [server.url(db, { password: "wrong" }), "connection.auth", /Access denied for user 'root'@/],
      [server.url(db, { user: "far", password: "far" }), "connection.auth", /Access denied for user 'far'/],
      [server.url("nowhere"), "connection.no_database", /127\.0\.0\.1:\d+\/nowhere: Unknown database 'nowhere'/],
      [
        server.url("mysql", { user: "reader", password: "reader-secret" }),
        "connection.forbidden",
        /Access denied for user 'reader'@'.*' to database 'mysql'/,
      ],
      [elsewhere, "connection.refused", /127\.0\.0\.1:\d+\/shop: .*(ECONNREFUSED|refused)/],
      [server.url(db, { host: "nowhere.invalid" }), "connection.host_unknown", /nowhere\.invalid/],
      [
        server.url(db, { user: "sure", password: "sure-secret", options: "sslmode=disable" }),
        "connection.auth",
        /Access denied for user 'sure'/,
      ],
    ] as const;
    for (const [url, wanted, says] of cases) {
      const [code, exit, message] = await fails(user, url);
      deepEqual([code, exit], [wanted, 3], message);
      match(message, says);
    }
    for (const secret of ["wrong", "reader-secret"]) {
      const { stdout, stderr } = await user.dteg([
        ...read(server.url("mysql", { user: "reader", password: secret })),
        "--json",
      ]);
      equal((stdout + stderr).includes(secret), false);
    }
  }));

Deno.test("a host that does not answer is given up after connect_timeout", () =>
  asUser(async (user) => {
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 }); // takes the connection and says nothing
    const { port } = silent.addr as Deno.NetAddr;
    const url = server.url(db, { options: "connect_timeout=1" }).replace(`:${server.port}/`, `:${port}/`);
    const began = performance.now();
    equal((await user.fails(["check", url])).code, "connection.timeout");
    equal(performance.now() - began < 20_000, true);
  }));

Deno.test("TLS is used as the mode says, and the certificate is checked", () =>
  asUser(async (user) => {
    const cases = [
      [{ host: "localhost", options: "sslmode=verify-full" }, "connection.tls", /localhost:\d+\/shop: .*certificate/i],
      [{ options: "sslmode=verify-ca" }, "connection.tls", /127\.0\.0\.1:\d+\/shop: .*certificate/i],
      [
        { options: `sslmode=verify-full&${ca}` },
        "connection.tls",
        /127\.0\.0\.1:\d+\/shop: .*(altnames|not valid for name|IP)/,
      ],
      [{ options: "sslmode=require&sslrootcert=/no/such.crt" }, "connector.config", /"\/no\/such.crt" of sslrootcert/],
      [
        { options: `${ca}&sslcert=${server.folder}/server.crt&sslkey=${server.folder}/ca.key` },
        "connector.config",
        /is not made for the key/,
      ],
    ] as const;
    for (const [login, wanted, says] of cases) {
      const [code, , message] = await fails(user, server.url(db, login));
      equal(code, wanted, message);
      match(message, says);
    }
    const cipher = async (login: Parameters<typeof server.url>[1]) =>
      (await user.rows("SHOW STATUS LIKE 'Ssl_version'", server.url(db, login))).join();
    match(await cipher({ options: `sslmode=verify-ca&${ca}` }), /TLSv1/);
    match(
      await cipher({ host: "localhost", options: `ssl-mode=VERIFY_IDENTITY&ssl-ca=${server.folder}/ca.crt` }),
      /TLSv1/,
    );
    match(await cipher({}), /TLSv1/);
    match(await cipher({ user: "sure", password: "sure-secret" }), /TLSv1/);
    equal(await cipher({ options: "sslmode=disable" }), 'Ssl_version,""');
    await using plain = await openServer();
    await plain.createDatabase("shop");
    const url = (options: string) => plain.url("shop", { options });
    equal((await user.fails(["check", url("sslmode=require")])).code, "connection.no_tls");
    equal((await user.dteg(["query", "SELECT 1 AS a", "--on", url("sslmode=prefer")])).code, 0);
  }));

Deno.test("a right that is missing, too many connections, and a statement that takes too long are told", () =>
  asUser(async (user) => {
    const reader = server.url(db, { user: "reader", password: "reader-secret" });
    const [code, exit, message] = await fails(user, reader); // of the column v the server does not tell at all
    deepEqual([code, exit], ["connection.forbidden", 3], message);
    equal((await user.load([...read(reader).slice(1), "--select", "id"])).read, 1000);
    equal((await user.fails(["query", "SELECT v FROM t", "--on", reader])).code, "connection.forbidden");
    const slow = server.url(db, { options: "statement_timeout=1" });
    equal(
      (await user.fails([
        "query",
        "SELECT count(*) FROM t a, t b, t c, t d WHERE a.v < b.v AND c.v < d.v",
        "--on",
        slow,
      ])).code,
      "connection.timeout",
    );
    const one = server.url(db, { user: "one", password: "one-secret" });
    const busy = user.start(["query", "SELECT sleep(5)", "--on", one]);
    const connected = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'one'";
    for (const began = performance.now(); await server.sql(connected) !== "1";) {
      ok(performance.now() - began < 20_000, "nobody came");
    }
    equal((await user.fails(["check", one])).code, "connection.too_many");
    busy.kill("SIGKILL");
    await busy.output();
  }));

Deno.test("a server that goes away in the middle of a load ends it, and nothing is left", () =>
  asUser(async (user) => {
    await using mortal = await openServer();
    const shop = await mortal.createDatabase("shop");
    await mortal.sql("CREATE TABLE t AS SELECT seq AS id, repeat(md5(seq), 4) AS v FROM seq_1_to_400000", { db: shop });
    for (const to of ["x.duckdb", "csv://out/"]) {
      const child = user.start(["run", "--from", mortal.url(shop), "--stream", "t", "--to", to, "--json", "-y"]);
      const output = child.output();
      for (;;) { // until the answer is on its way
        const states = await mortal.sql(
          "SELECT state FROM information_schema.PROCESSLIST WHERE info LIKE 'SELECT%`v`%' AND command <> 'Sleep'",
        ).catch(() => "");
        if (states.includes("net") || states.includes("Sending") || states.includes("Writing")) break;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await mortal.kill();
      const { code, stdout } = await output;
      equal(code, 1, new TextDecoder().decode(stdout));
      match(JSON.parse(new TextDecoder().decode(stdout)).error.code, /^connection\.(lost|refused)$/);
      deepEqual(user.debris(), []);
      await mortal.start();
    }
    equal((await user.load(["--from", mortal.url(shop), "--stream", "t", "--to", "x.duckdb"])).read, 400_000);
  }));

Deno.test("settings and URLs that cannot be are refused", () =>
  asUser(async (user) => {
    for (
      const [url, says] of [
        [`mysql://ada:p@ss@localhost/shop`, /more than one @/],
        [`mysql://localhost/shop?charset=latin1`, /option "charset" that is not known/],
        [`mysql://localhost/shop?sslmode=maybe`, /sslmode "maybe" is none of disable, prefer/],
        [`mysql://localhost/shop?connect_timeout=soon`, /connect_timeout "soon" is no number of seconds/],
      ] as const
    ) {
      const { exit, message } = await user.fails(["check", url]);
      match(message, says);
      equal(exit, 2, message);
    }
  }));
