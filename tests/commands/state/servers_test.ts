import { deepEqual, equal, match } from "node:assert/strict";
import { openServer as openMariadb } from "../../mysql/server.ts";
import { openServer as openPostgres } from "../../postgres/server.ts";
import { lifeOfState } from "./life.ts";
import { inProject } from "./project.ts";

const postgres = await openPostgres();
const mariadb = await openMariadb();

Deno.test("a state in PostgreSQL is listed, set, reset, renamed, exported and imported", async () =>
  await lifeOfState(postgres.url(await postgres.createDatabase())));

Deno.test("a state in MariaDB is listed, set, reset, renamed, exported and imported", async () =>
  await lifeOfState(mariadb.url(await mariadb.createDatabase())));

Deno.test("what a run that is under way loads keeps its state, and is not taken back, in PostgreSQL and MariaDB", async () => {
  const [pg, my] = [await postgres.createDatabase(), await mariadb.createDatabase()];
  const later = { pg: "now() + interval '20 s'", my: "UTC_TIMESTAMP() + INTERVAL 20 SECOND" };
  const targets = [
    { to: postgres.url(pg), sql: (text: string) => postgres.psql(text, { db: pg }), later: later.pg },
    { to: mariadb.url(my), sql: (text: string) => mariadb.sql(text, { db: my }), later: later.my },
  ];
  for (const { to, sql, later } of targets) {
    const yaml =
      `version: 1\nname: p\nsource: in.csv\ndestination: ${to}\nstreams:\n  - { name: in, into: t, keep: 1 }\n`;
    await inProject({ "in.csv": "id\n1\n", "p.yaml": yaml }, async ({ ok, code, json }) => {
      const lease = async () => (await json("state", "list", "--to", to)).result.states[0].lease;
      await ok("run", "p.yaml");
      await ok("run", "p.yaml");
      await sql(`UPDATE _dteg_lease SET owner = 'somebody', until = ${later}`);
      equal(await lease(), "another run");
      equal(await code("state", "rename", "p", "q", "--to", to), "state.busy");
      equal(await code("undo", "last", "-y"), "state.busy");
      await sql("UPDATE _dteg_lease SET owner = '', until = '2001-01-01'");
      await ok("undo", "last", "-y", "--wait", "60s");
      equal(await lease(), null);
      equal((await sql("SELECT owner FROM _dteg_lease")).trim(), "");
    });
  }
});

Deno.test("environments that share a server and the names of pipelines do not share states", async () => {
  const [dev, prod] = [await mariadb.createDatabase(), await mariadb.createDatabase()];
  const files = {
    "in.csv": "id,n\n1,1\n",
    "connections.yaml": `wh: ${JSON.stringify(mariadb.url(dev))}\n`,
    "dteg.yaml": `version: 1\nenvironments: { dev: {}, prod: { connections: { wh: ${
      JSON.stringify(mariadb.url(prod))
    } } } }\n`,
    "pipelines/p.yaml":
      "version: 1\nname: p\nsource: ../in.csv\ndestination: { connection: wh }\nstreams:\n  - { name: in, key: id, cursor: n }\n",
  };
  await inProject(files, async ({ ok, json }) => {
    const values = async (...words: string[]) =>
      (await json("state", "list", ...words)).result.states.map((one) => [one.target, one.value]);
    await ok("run", "p");
    await ok("run", "p", "--env", "prod");
    deepEqual(await values("p"), [[`${dev}.in`, "1"]]);
    await ok("state", "reset", "p", "-y");
    deepEqual(await values("p"), [[`${dev}.in`, null]]);
    deepEqual(await values("p", "--env", "prod"), [[`${prod}.in`, "1"]]);
  });
});

Deno.test("a table of states in PostgreSQL that an older dteg made is read, and gets what it lacks with the first change", async () => {
  const db = await postgres.createDatabase(), url = postgres.url(db);
  await inProject({ "in.csv": "id,n\n1,1\n" }, async ({ ok, json, run }) => {
    await ok("run", "--from", "in.csv", "--to", url, "--name", "p", "--key", "id", "--cursor", "n", "-q");
    await postgres.psql("ALTER TABLE _dteg_state DROP COLUMN position, DROP COLUMN masks", { db });
    const [one] = (await json("state", "list", "--to", url)).result.states;
    deepEqual([one.pipeline, one.cursor], ["p", null]);
    await ok("state", "rename", "p", "q", "--to", url);
    equal((await postgres.psql("SELECT pipeline, masks FROM _dteg_state", { db })).trim(), "q|{}");
    const { out } = await run("state", "export", "--to", url);
    equal(out.includes("p%40ss"), false);
    match(out, /"pipeline": "q"/);
  });
});
