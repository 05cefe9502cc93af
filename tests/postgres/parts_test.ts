import { equal, match } from "node:assert/strict";
import { openLoading } from "./loading.ts";
import { openServer } from "./server.ts";

const ROWS = 260_000;
/** More than 64 MB: large tables and files move in parts. */
const FILLER = "repeat(md5(g::text), 9)";
const whole = (table: string) =>
  `SELECT count(*) || ' ' || count(DISTINCT id) || ' ' || sum(hashtextextended(t::text, 0)::numeric) FROM ${table} t`;

Deno.test("PostgreSQL: large tables and files move in parts", async (test) => {
  await using server = await openServer();
  await using loading = await openLoading(server);
  const source = await server.createDatabase();
  const atSource = (sql: string) => server.psql(sql, { db: source });
  await atSource(
    `CREATE TABLE big AS SELECT g AS id, 100 AS amount, ${FILLER} AS note FROM generate_series(1, ${ROWS}) g;
    ALTER TABLE big ADD PRIMARY KEY (id)`,
  );
  const name = server.url(source).replace(/^postgresql:/, "postgres:");
  const fromServer = { name, stream: "public.big" };
  const sessions = () =>
    server.psql("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'dteg%'", { db: source });

  await test.step("a table is copied by ranges of its pages at once, whole", async () => {
    const report = await loading.load("", "copied", { ...fromServer, key: ["id"] });
    equal(report.read, ROWS);
    equal(report.inserted, ROWS);
    equal(await loading.psql(whole("copied")), await atSource(whole("big")));
    equal(await loading.debris(), "");
    equal(await sessions(), "0");
  });

  await test.step("all ranges are of one snapshot while rows move about", async () => {
    let isDone = false;
    const mover = (async () => { // takes from one end and gives to the other, so that the sum never changes
      for (let n = 1; !isDone; n++) {
        await atSource(`BEGIN; UPDATE big SET amount = amount - 1 WHERE id = ${n};
          UPDATE big SET amount = amount + 1 WHERE id = ${ROWS + 1 - n}; COMMIT`);
      }
    })();
    try {
      for (let round = 0; round < 2; round++) await loading.load("", "moving", { ...fromServer, key: ["id"] });
    } finally {
      isDone = true;
      await mover;
    }
    equal(await loading.psql("SELECT count(*) || ' ' || sum(amount) FROM moving"), `${ROWS} ${ROWS * 100}`);
  });

  await test.step("a table that is emptied and filled in the midst, which no snapshot hides, is not taken for what is left", async () => {
    await loading.load("", "kept", { ...fromServer, key: ["id"] });
    const before = await loading.psql(whole("kept"));
    await atSource("CREATE TABLE spare AS TABLE big");
    let isDone = false;
    const emptier = (async () => {
      while (!isDone) await atSource("BEGIN; TRUNCATE big; INSERT INTO big TABLE spare; COMMIT");
    })();
    const error = await loading.refused("", "kept", { ...fromServer, key: ["id"] });
    isDone = true;
    equal(error.code, "connection.conflict");
    match(error.message, /public\.big was emptied or rewritten by another session meanwhile/);
    await emptier;
    equal(await loading.psql(whole("kept")), before);
  });

  await test.step("a condition holds in each range", async () => {
    await atSource(`CREATE VIEW odd AS SELECT 1`);
    const report = await loading.load("", "some", {
      ...fromServer,
      where: "id % 1000 = 0 OR id = 7 -- a comment",
      write: "append",
    });
    equal(report.read, ROWS / 1000 + 1);
  });

  await test.step("the failure of one part ends the others, and nothing is left", async () => {
    const before = await loading.psql(whole("copied"));
    const error = await loading.refused("", "copied", {
      ...fromServer,
      key: ["id"],
      where: `1 / (id - ${ROWS - 5}) < 2`,
    });
    match(error.message, /division by zero/);
    equal(await loading.psql(whole("copied")), before);
    equal(await loading.debris(), "");
    equal(await sessions(), "0");
  });

  await test.step("a large file is sent by several connections, whole", async () => {
    await server.psql(
      `COPY (SELECT g AS id, g || E'"\n,' AS odd, ${FILLER} AS note FROM generate_series(1, ${ROWS}) g) TO '${server.folder}/data/big.csv' (FORMAT csv, HEADER)`,
      { db: source },
    );
    await Deno.copyFile(`${server.folder}/data/big.csv`, `${loading.folder}/big.csv`);
    for (const write of ["replace", "append", "merge"] as const) {
      const report = await loading.load("", `file_${write}`, {
        name: "big.csv",
        write,
        key: write === "append" ? [] : ["id"],
      });
      equal(report.read, ROWS);
      equal(
        await loading.psql(whole(`file_${write}`)),
        await atSource(
          `WITH f AS (SELECT g::bigint AS id, g || E'"\n,' AS odd, ${FILLER} AS note FROM generate_series(1, ${ROWS}) g) ${
            whole("f")
          }`,
        ),
      );
    }
    equal(await loading.debris(), "");
  });

  await test.step("a value at the end of a large file that the target refuses loads nothing", async () => {
    const file = await Deno.open(`${loading.folder}/big.csv`, { append: true });
    await file.write(new TextEncoder().encode(`no number,x,${"y".repeat(300)}\n`));
    file.close();
    const before = await loading.psql(whole("file_replace"));
    const error = await loading.refused("", "file_replace", { name: "big.csv", columns: { id: { type: "bigint" } } });
    equal(error.line, 2 * ROWS + 2);
    equal(await loading.psql(whole("file_replace")), before);
    equal(await loading.debris(), "");
  });
});
