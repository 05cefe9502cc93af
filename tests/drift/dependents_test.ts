import assert from "node:assert/strict";
import { openServer as openMariadb } from "../mysql/server.ts";
import { openServer as openPostgres } from "../postgres/server.ts";
import { duckdbTarget, openDrifting, type Said, type Target } from "./drifting.ts";
import { mariadbTarget, postgresTarget } from "./servers.ts";

const postgres = await openPostgres();
const mariadb = await openMariadb();
Deno.test.afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
  await mariadb[Symbol.asyncDispose]();
});

const TARGETS: Readonly<Record<string, (folder: string) => Promise<Target>>> = {
  PostgreSQL: async () => postgresTarget(postgres, await postgres.createDatabase()),
  MariaDB: async () => mariadbTarget(mariadb, await mariadb.createDatabase()),
  DuckDB: (folder) => Promise.resolve(duckdbTarget(`${folder}/out.duckdb`)),
};

const append: Said = { name: "main.t", into: "t" };
/** What an ALTER looks like that is the server's own commit. */
const COMMITS_ALTER = ["MariaDB"];

for (const [name, open] of Object.entries(TARGETS)) {
  Deno.test(`${name}: rows that fail after the table got a column leave the rows as they were, and the next run goes on`, async () => {
    await using drifting = await openDrifting();
    const { end, run, columns, rows } = await open(drifting.folder);
    await drifting.source("CREATE TABLE t AS SELECT 1::INTEGER id, 10::INTEGER a");
    await drifting.load(end, [append]);
    await run("CREATE UNIQUE INDEX u ON t (id)");
    const before = await columns("t");
    await drifting.source("CREATE OR REPLACE TABLE t AS SELECT 1::INTEGER id, 20::INTEGER a, 'n' c");
    const failed = (await drifting.load(end, [append])).get("t");
    assert.equal(failed?.error?.code, "data.constraint", `${failed?.error?.message}`);
    const isAltered = COMMITS_ALTER.includes(name);
    assert.equal((await columns("t")).startsWith(before), true);
    assert.equal(await columns("t") === before, !isAltered);
    assert.deepEqual(await rows("t"), isAltered ? ["1|10|"] : ["1|10"]);
    await drifting.source("CREATE OR REPLACE TABLE t AS SELECT 2::INTEGER id, 20::INTEGER a, 'n' c");
    const { error, warnings } = (await drifting.load(end, [append])).get("t")!;
    assert.deepEqual([error, warnings], [null, []]);
    assert.deepEqual(await rows("t"), ["1|10|", "2|20|n"]);
  });

  Deno.test(`${name}: a column that is gone, must have a value and has no default stops a load before anything is changed`, async () => {
    await using drifting = await openDrifting();
    const { end, run, columns, rows } = await open(drifting.folder);
    await drifting.source("CREATE TABLE t AS SELECT 1::INTEGER id, 10::INTEGER a, 5::INTEGER d");
    await drifting.load(end, [append]);
    await run(
      name === "MariaDB"
        ? "ALTER TABLE t MODIFY a int NOT NULL, MODIFY d int NOT NULL DEFAULT 7"
        : "ALTER TABLE t ALTER a SET NOT NULL; ALTER TABLE t ALTER d SET DEFAULT 7; ALTER TABLE t ALTER d SET NOT NULL",
    );
    const before = await columns("t");
    await drifting.source("CREATE OR REPLACE TABLE t AS SELECT 2::INTEGER id, 'n' c");
    const { error } = (await drifting.load(end, [append])).get("t")!;
    assert.deepEqual([error?.code, error?.column], ["contract.columns", "a"], `${error?.message}`);
    assert.equal((await drifting.plan(end, [append])).get("t")?.error?.code, "contract.columns");
    assert.deepEqual([await columns("t"), await rows("t")], [before, ["1|10|5"]]);
    await drifting.source("CREATE OR REPLACE TABLE t AS SELECT 2::INTEGER id, 20::INTEGER a");
    assert.equal((await drifting.load(end, [append])).get("t")?.error, null);
    assert.deepEqual(await rows("t"), ["1|10|5", "2|20|7"]);
  });

  Deno.test(`${name}: what hangs on a column that would be widened is named, and nothing is changed`, async () => {
    await using drifting = await openDrifting();
    const { end, run, columns, rows } = await open(drifting.folder);
    await drifting.source("CREATE TABLE t AS SELECT 1::INTEGER id, 10::INTEGER a");
    await drifting.load(end, [append]);
    const hang = {
      PostgreSQL: ["CREATE VIEW v AS SELECT a FROM t", /cannot become bigint: view v reads it/, "DROP VIEW v"],
      MariaDB: [
        "ALTER TABLE t ADD UNIQUE (a); CREATE TABLE child (a int, FOREIGN KEY (a) REFERENCES t (a))",
        /cannot change .*foreign key constraint/,
        "DROP TABLE child",
      ],
      DuckDB: ["CREATE INDEX i ON t (a)", /cannot change .*an index depends on it/, "DROP INDEX i"],
    } as const satisfies Readonly<Record<string, readonly [make: string, said: RegExp, drop: string]>>;
    const [make, said, drop] = hang[name as keyof typeof hang];
    await run(make);
    const before = await columns("t");
    await drifting.source("CREATE OR REPLACE TABLE t AS SELECT 2::INTEGER id, 5000000000::BIGINT a, 'n' c");
    const { error } = (await drifting.load(end, [append])).get("t")!;
    assert.equal(error?.code, "contract.types", `${error?.message}`);
    assert.match(error?.message ?? "", said);
    assert.deepEqual([await columns("t"), await rows("t")], [before, ["1|10"]]);
    await run(drop);
    assert.equal((await drifting.load(end, [append])).get("t")?.error, null);
    assert.deepEqual(await rows("t"), ["1|10|", "2|5000000000|n"]);
  });
}

Deno.test("MariaDB: a column that is widened keeps its default, its comment and what else is said of it", async () => {
  await using drifting = await openDrifting();
  const { end, run } = mariadbTarget(mariadb, await mariadb.createDatabase());
  await drifting.source("CREATE TABLE t AS SELECT 1::INTEGER id, 10::INTEGER a, 1::DECIMAL(6,2) d");
  await drifting.load(end, [append]);
  await run(
    "ALTER TABLE t MODIFY id int NOT NULL AUTO_INCREMENT PRIMARY KEY, MODIFY a int NOT NULL DEFAULT 7 COMMENT 'it''s, `a`' CHECK (a > 0), " +
      "MODIFY d decimal(6,2) INVISIBLE",
  );
  await drifting.source(
    "CREATE OR REPLACE TABLE t AS SELECT 2::BIGINT id, 5000000000::BIGINT a, 1.5::DECIMAL(9,3) d",
  );
  const { error } = (await drifting.load(end, [append])).get("t")!;
  assert.equal(error, null, `${error?.message}`);
  const made = String(await run("SHOW CREATE TABLE t")).replaceAll("\\n", "\n").replaceAll("\\\\", "\\");
  assert.match(made, /`id` bigint(\(20\))? NOT NULL AUTO_INCREMENT,/);
  assert.match(made, /`a` bigint(\(20\))? NOT NULL DEFAULT 7 COMMENT 'it''s, `a`' CHECK \(`a` > 0\)/);
  assert.match(made, /`d` decimal\(9,3\) INVISIBLE/);
  assert.equal(await run("SELECT id, a, d FROM t ORDER BY id"), "1\t10\t1.000\n2\t5000000000\t1.500");
});

Deno.test("a folder of files keeps to what was loaded before where the contract says so", async () => {
  await using drifting = await openDrifting();
  const end = { connector: "file", config: { path: "out/", format: "parquet" } };
  const streams = ["added", "ignored", "frozen", "typed"].map((name): Said => ({
    name: `main.${name}`,
    contract: {
      columns: name === "ignored" ? "ignore" : name === "frozen" ? "freeze" : "evolve",
      types: name === "typed" ? "freeze" : "evolve",
    },
  }));
  await drifting.source(streams.map(({ name }) => `CREATE TABLE ${name} AS SELECT 1::INTEGER id`).join(";"));
  await drifting.load(end, streams);
  await drifting.source(
    streams.map(({ name }) =>
      `CREATE OR REPLACE TABLE ${name} AS SELECT 2::BIGINT id${name === "main.typed" ? "" : ", 'x' c"}`
    )
      .join(";"),
  );
  const reports = await drifting.load(end, streams);
  const codes = [...reports.values()].map(({ error }) => error?.code ?? null);
  assert.deepEqual(codes, [null, null, "contract.columns", "contract.types"]);
  assert.match(reports.get("ignored")?.warnings.join("\n") ?? "", /column c is not in the target: 1 value not loaded/);
});
