import { deepEqual, equal, match, ok } from "node:assert/strict";
import { asUser } from "../../e2e/user.ts";
import { openServer } from "../server.ts";

const TABLES = 200;
const name = (n: number) => `t${String(n).padStart(3, "0")}`;
const numbers = Array.from({ length: TABLES }, (_, index) => index + 1);

interface StreamRow {
  readonly name: string;
  readonly target: string;
  readonly status: string;
  readonly read: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
}

const streamsOf = (stdout: string): readonly StreamRow[] => JSON.parse(stdout).result.pipelines[0].streams;

Deno.test("many streams by one wildcard", async (test) => {
  await using server = await openServer();
  const db = await server.createDatabase();
  const psql = (sql: string) => server.psql(sql, { db });
  await psql(
    `CREATE SCHEMA app; ${
      numbers.map((n) =>
        `CREATE TABLE app.${name(n)} (id int PRIMARY KEY, amount numeric(10,2), note text, at timestamptz);
         INSERT INTO app.${
          name(n)
        } SELECT g, g + 0.25, 'row ' || g, timestamptz '2024-01-01 00:00Z' + g * interval '1 s' FROM generate_series(1, ${n}) g;
         COMMENT ON TABLE app.${name(n)} IS 'table ${n}'; COMMENT ON COLUMN app.${name(n)}.note IS 'note of ${n}';`
      ).join("\n")
    } CREATE SCHEMA other; CREATE TABLE other.tmp_x (id int); INSERT INTO other.tmp_x VALUES (1);
      CREATE TABLE other."Odd.name" (id int PRIMARY KEY); INSERT INTO other."Odd.name" VALUES (1);
      CREATE TABLE other.plain (id int); INSERT INTO other.plain VALUES (1), (2);
      CREATE TABLE other.parts (id int, PRIMARY KEY (id)) PARTITION BY RANGE (id);
      CREATE TABLE other.parts_a PARTITION OF other.parts FOR VALUES FROM (0) TO (10); INSERT INTO other.parts VALUES (1);
      CREATE VIEW other.seen AS SELECT 7 AS id;`,
  );
  const url = server.url(db);
  const rows = numbers.reduce((sum, n) => sum + n, 0);
  const sumsAt = (table: string) => `SELECT sum(id) || ' ' || sum(amount) || ' ' || max("at") FROM ${table}`;

  await test.step("200 tables come into DuckDB from a ten-line file, each merged by its own key", () =>
    asUser(async (user) => {
      user.write(
        "shop.yaml",
        `version: 1
source: { use: postgres, config: { url: "\${env.SHOP_URL}" } }
defaults: { write: merge, key: auto }
streams:
  - app.*
  - name: app.${name(7)}
    into: special
destination: duckdb://out.duckdb
settings: { threads: 4 }
`,
      );
      const options = { env: { SHOP_URL: url } };
      const first = await user.dteg(["run", "shop.yaml", "--json"], options);
      equal(first.code, 0, first.stdout + first.stderr);
      console.log(`    ${TABLES} tables the first time: ${first.seconds.toFixed(1)} s`);
      const streams = streamsOf(first.stdout);
      equal(streams.length, TABLES);
      deepEqual(new Set(streams.map(({ name }) => name)), new Set(numbers.map((n) => `app.${name(n)}`)));
      equal(streams.reduce((sum, { inserted }) => sum + inserted, 0), rows);
      deepEqual(
        streams.filter(({ target }) => !/ app\.t\d+$/.test(target)).map(({ name, target }) => [name, target]),
        [[`app.${name(7)}`, "out.duckdb main.special"]],
      );
      await psql(
        `UPDATE app.${name(9)} SET amount = 0 WHERE id = 1; INSERT INTO app.${name(9)} VALUES (100, 1, 'new', now())`,
      );
      const again = await user.dteg(["run", "shop.yaml", "--json"], options);
      equal(again.code, 0, again.stdout);
      console.log(`    ${TABLES} tables merged again: ${again.seconds.toFixed(1)} s`);
      const changed = streamsOf(again.stdout).filter(({ inserted, updated }) => inserted + updated > 0);
      deepEqual(changed.map(({ name, inserted, updated, unchanged }) => ({ name, inserted, updated, unchanged })), [{
        name: `app.${name(9)}`,
        inserted: 1,
        updated: 1,
        unchanged: 8,
      }]);
      ok(first.seconds < 120 && again.seconds < 120, "200 small tables take minutes");
      const union = numbers.map((n) => n === 7 ? "special" : `app.${name(n)}`);
      const inDuckdb = await user.rows(
        union.map((table) =>
          `SELECT sum(id)::text || ' ' || sum(amount)::text || ' ' || epoch(max("at"))::bigint FROM ${table}`
        )
          .join(" UNION ALL "),
        "out.duckdb",
      );
      const inServer = await psql(
        numbers.map((n) =>
          `SELECT sum(id)::text || ' ' || sum(amount)::text || ' ' || extract(epoch FROM max("at"))::bigint FROM app.${
            name(n)
          }`
        )
          .join(" UNION ALL "),
      );
      deepEqual(inDuckdb.toSorted(), inServer.trim().split("\n").toSorted());
      const comments = await user.rows(
        `SELECT comment FROM duckdb_tables() WHERE table_name = '${
          name(3)
        }' UNION ALL SELECT comment FROM duckdb_columns() WHERE table_name = '${name(3)}' AND column_name = 'note'`,
        "out.duckdb",
      );
      deepEqual(comments, ["table 3", "note of 3"]);
      deepEqual(user.debris(), []);
    }));

  await test.step("200 tables come into another PostgreSQL, with comments", () =>
    asUser(async (user) => {
      const target = await server.createDatabase();
      const args = [
        "--from",
        url,
        "--stream",
        "app.*",
        "--to",
        server.url(target),
        "--write",
        "merge",
        "--key",
        "auto",
      ];
      const { code, stdout, seconds } = await user.dteg(["run", ...args, "--threads", "4", "--json"]);
      equal(code, 0, stdout);
      console.log(`    ${TABLES} tables into PostgreSQL: ${seconds.toFixed(1)} s`);
      const sums = `${numbers.map((n) => sumsAt(`app.${name(n)}`)).join(" UNION ALL ")} ORDER BY 1`;
      equal(await server.psql(sums, { db: target }), await psql(sums));
      const comment = `SELECT obj_description('app.${name(5)}'::regclass), col_description('app.${
        name(5)
      }'::regclass, 3)`;
      equal(await server.psql(comment, { db: target }), await psql(comment));
    }));

  await test.step("a wildcard takes tables, each once: no view, no partition, nothing that is left out", () =>
    asUser(async (user) => {
      user.write(
        "p.yaml",
        `version: 1
source: { use: postgres, config: { url: "\${env.SHOP_URL}" } }
defaults: { into: "{schema}_{table}" }
streams: ["other.*", "!other.tmp_*", other.seen]
destination: duckdb://o.duckdb
`,
      );
      const { code, stdout } = await user.dteg(["run", "p.yaml", "--json"], { env: { SHOP_URL: url } });
      equal(code, 0, stdout);
      deepEqual(streamsOf(stdout).map(({ name, target }) => `${name} ${target}`).sort(), [
        'other."Odd.name" o.duckdb main."other_Odd.name"',
        "other.parts o.duckdb main.other_parts",
        "other.plain o.duckdb main.other_plain",
        "other.seen o.duckdb main.other_seen",
      ]);
    }));

  await test.step("key: auto wants a primary key; in defaults a table without one is replaced", () =>
    asUser(async (user) => {
      const pipeline = (rest: string) =>
        `version: 1\nsource: { use: postgres, config: { url: "\${env.SHOP_URL}" } }\n${rest}destination: duckdb://k.duckdb\n`;
      const options = { env: { SHOP_URL: url } };
      user.write("strict.yaml", pipeline("streams: [{ name: other.plain, write: merge, key: auto }]\n"));
      const strict = await user.dteg(["run", "strict.yaml", "--json"], options);
      const { error } = JSON.parse(strict.stdout);
      equal(error.code, "stream.key");
      match(error.message, /other\.plain/);
      user.write("easy.yaml", pipeline('defaults: { write: merge, key: auto }\nstreams: ["other.p*"]\n'));
      for (const round of [1, 2]) {
        const { code, stdout } = await user.dteg(["run", "easy.yaml", "--json"], options);
        equal(code, 0, stdout);
        const plain = streamsOf(stdout).find(({ name }) => name === "other.plain");
        deepEqual([plain?.inserted, plain?.unchanged], [2, 0], `round ${round}`);
      }
    }));

  await test.step("a wildcard that matches nothing is told with what is near", () =>
    asUser(async (user) => {
      const { code, stdout } = await user.dteg(
        ["run", "--from", url, "--stream", "othr.*", "--to", "duckdb://n.duckdb", "--json"],
      );
      const { error } = JSON.parse(stdout);
      equal(code, 2);
      equal(error.code, "stream.not_found");
      equal(error.hint, "did you mean other.*?");
    }));
});
