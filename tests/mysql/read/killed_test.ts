import { deepEqual, equal } from "node:assert/strict";
import { asUser } from "../../e2e/user.ts";
import { openServer as openPostgres } from "../../postgres/server.ts";
import { openServer } from "../server.ts";

const server = await openServer();
const db = await server.createDatabase("shop");
await server.sql(
  "CREATE TABLE t (id int PRIMARY KEY, v varchar(64), n decimal(12,2)); INSERT INTO t SELECT seq, IF(seq % 3, md5(seq), NULL), seq / 100 FROM seq_1_to_300000",
  { db },
);
const DIGEST =
  "SELECT count(*) AS n, sum(id) AS ids, sum(n) AS amount, count(v) AS texts, min(v) AS least, max(v) AS most FROM";
const wanted = (await server.sql(`${DIGEST} t`, { db })).replaceAll("\t", ",");
const ROUNDS = [0.2, 0.5, 0.8]; // share of a whole load that one lives

Deno.test("a load from MariaDB that is killed is made right by a plain rerun, and nobody sees half of it", () =>
  asUser(async (user) => {
    await using postgres = await openPostgres();
    for (const to of ["duckdb://x.duckdb", postgres.url()]) {
      const run = [
        "run",
        "--from",
        server.url(db),
        "--stream",
        "t",
        "--to",
        to,
        "--write",
        "merge",
        "--key",
        "id",
        "--name",
        "killed",
      ];
      const began = performance.now();
      equal((await user.dteg([...run, "--into", "shop.whole"])).code, 0);
      const whole = performance.now() - began;
      for (const share of ROUNDS) {
        const child = user.start(run);
        await new Promise((resolve) => setTimeout(resolve, whole * share));
        try {
          child.kill("SIGKILL");
        } catch (error) {
          if (!(error instanceof TypeError)) throw error; // it was quicker than the first one
        }
        await child.output();
        const seen = await user.dteg(["query", `SELECT count(*) AS n FROM shop.t`, "--on", to, "--format", "csv"]);
        equal(seen.code !== 0 || ["n\n300000\n"].includes(seen.stdout), true, seen.stdout); // all, or no table yet
      }
      const { code, stderr } = await user.dteg(run);
      equal(code, 0, stderr);
      deepEqual(await user.rows(`${DIGEST} shop.t`, to), [wanted]);
    }
    const left = await postgres.psql("SELECT relname FROM pg_class WHERE relname LIKE '\\_dteg\\_stage%'");
    equal(left, "");
    const sessions = await server.sql(
      "SELECT count(*) FROM information_schema.PROCESSLIST WHERE command = 'Query' AND info LIKE 'SELECT `id`%'",
    );
    equal(sessions, "0"); // the server works for nobody who is gone
  }));
