import { deepEqual, equal, match } from "node:assert/strict";
import { statementsOf } from "../../../plugins/postgres/connect/statements.ts";
import { postgresConnector } from "../../../plugins/postgres/mod.ts";
import { DtegError } from "../../../sdk/mod.ts";
import { asUser } from "../../e2e/user.ts";
import { openServer } from "../server.ts";
import { bareHost } from "./bare_host.ts";

const server = await openServer();
await server.psql("CREATE TABLE t (id int)");

Deno.test("a script ends a statement at each semicolon that stands for itself", () => {
  const parts = (script: string) => statementsOf(script).map(({ sql }) => sql.trim());
  deepEqual(parts("SELECT 1; SELECT 2;\n;  ; "), ["SELECT 1", "SELECT 2"]);
  deepEqual(
    parts(`SELECT ';', E'\\';', "a;b", $$;$$, $x$;$$;$x$ -- ; no
    /* ; /* ; */ ; */ ; SELECT 2`).length,
    2,
  );
  deepEqual(parts("SELECT a$1;SELECT 'é;'''"), ["SELECT a$1", "SELECT 'é;'''"]);
  deepEqual(parts("CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); SELECT 3").length, 2);
  const body = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
  deepEqual(parts(`${body}; SELECT 3`), [body, "SELECT 3"]);
  deepEqual(parts("BEGIN; SELECT 1; END; SELECT 2"), ["BEGIN", "SELECT 1", "END", "SELECT 2"]);
  deepEqual(parts("-- nothing\n/* at all */"), []);
  deepEqual(statementsOf("SELECT 1;\n  SELECT 2")[1], { sql: "SELECT 2", offset: 12 });
});

Deno.test("each statement of a script is done for itself, on a connection of its own", async () => {
  for (const end of ["source", "destination"] as const) {
    await using opened = await postgresConnector[end]!({ url: server.url() }, bareHost());
    await opened.execute!("SET application_name = 'mine'; TRUNCATE t; INSERT INTO t VALUES (1); VACUUM t");
    await opened.check();
    equal(await server.psql("SELECT count(*) FROM t"), "1");
    equal(await server.psql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mine'"), "0");
  }
});

Deno.test("a statement that fails is told with its place, and what came before it stays", async () => {
  await using opened = await postgresConnector.source!({ url: server.url() }, bareHost());
  const script = "TRUNCATE t;\nINSERT INTO t VALUES (7);\nSELECT 'é', nix FROM t;\nINSERT INTO t VALUES (8)";
  const error: unknown = await opened.execute!(script).catch((thrown) => thrown);
  if (!(error instanceof DtegError)) throw error;
  equal(error.code, "column.unknown");
  match(error.message, /^cannot run a statement on 127\.0\.0\.1:\d+\/postgres: column "nix" does not exist/);
  equal(Reflect.get(error.cause as object, "offset"), script.indexOf("nix"));
  equal(await server.psql("SELECT string_agg(id::text, ',') FROM t"), "7");
});

Deno.test("`query --allow-writes` runs them, and shows the place of a fault", () =>
  asUser(async (user) => {
    const on = ["--on", server.url(), "--allow-writes"];
    equal((await user.dteg(["query", "CREATE TABLE made (a int); INSERT INTO made VALUES (1), (2)", ...on])).code, 0);
    equal(await server.psql("SELECT count(*) FROM made"), "2");
    const { code, stderr } = await user.dteg(["query", "SELECT 1;\nSELEC 2", ...on]);
    equal(code, 1);
    match(stderr, /syntax error at or near "SELEC"[\s\S]*2 | SELEC 2\n[\s\S]*\^/);
  }));
