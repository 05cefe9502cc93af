import assert from "node:assert/strict";
import { openLoads } from "../cursor/loads.ts";
import { openServer as openMariadb } from "../mysql/server.ts";
import { openServer as openPostgres } from "../postgres/server.ts";

const postgres = await openPostgres();
const mariadb = await openMariadb();
Deno.test.afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
  await mariadb[Symbol.asyncDispose]();
});

/** A table of values that systems spell in their own ways. Its last row is ordinary. */
const POSTGRES =
  `CREATE TABLE t (id bigint PRIMARY KEY, b boolean, s smallint, n numeric, m numeric(12,3), r real, f double precision, t text,
  v varchar(20), d date, ts timestamp, tz timestamptz, ti time, j jsonb, js json, u uuid, y bytea);
INSERT INTO t VALUES (-9223372036854775808, true, -1, 1.50, 1.500, 0.1, 1e16, 'ä€😀', 'blank ', '0001-01-01', '2024-02-29 23:59:59.999999',
  '2024-03-31 02:30:00.000001+09', '23:59:59.999999', '{"b": 1.50, "a": [1, null, "x"]}', '{"b":1e2, "a":"\\u00e4"}',
  '00000000-0000-0000-0000-00000000000a', '\\x00ff');
INSERT INTO t (id, t, v, f, m) VALUES (2, '', NULL, -0.5, -0.001), (3, 'a,"b"', '  ', 0.1, 0), (4, E'line\\nbreak', 'NULL', 123456789.123, 99999999.999);
INSERT INTO t (id, b, t, ts) SELECT i, false, 'v' || i, '2024-01-01' FROM generate_series(10, 60) i;`;

const MARIADB =
  `CREATE TABLE t (id BIGINT PRIMARY KEY, b TINYINT(1), u BIGINT UNSIGNED, m DECIMAL(12,3), r FLOAT, f DOUBLE, t TEXT, c CHAR(5),
  d DATE, ts DATETIME(6), tz TIMESTAMP(6) NULL, ti TIME(6), j JSON, y VARBINARY(10), e ENUM('x','y')) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
INSERT INTO t VALUES (-5, 1, 18446744073709551615, 1.500, 0.1, 1e16, 'ä€😀 ', 'ab', '2024-02-29', '2024-02-29 23:59:59.999999',
  '2024-03-31 02:30:00.000001', '23:59:59.999999', '{"b":1.50,"a":[1,null]}', x'00ff', 'y');
INSERT INTO t (id, t, f, m) VALUES (2, '', -0.5, -0.001), (3, 'a,"b"', 0.1, 0);
INSERT INTO t (id, b, t, ts) SELECT seq, 0, CONCAT('v', seq), '2024-01-01' FROM seq_10_to_60;`;

const names = { count: 0 };
const fresh = () => `v${++names.count}`;

type Change = (sql: string) => Promise<unknown>;

/** Targets, and how something in them is changed. */
const TARGETS: Readonly<Record<string, () => Promise<{ readonly to: string; readonly change?: Change }>>> = {
  async PostgreSQL() {
    const db = await postgres.createDatabase(fresh());
    return {
      to: postgres.url(db),
      change: (sql) => postgres.psql(`SET search_path = public, ${sourceMy}; ${sql}`, { db }),
    };
  },
  async MariaDB() {
    const db = await mariadb.createDatabase(fresh());
    return { to: mariadb.url(db), change: (sql) => mariadb.sql(sql, { db }) };
  },
  DuckDB: () => Promise.resolve({ to: "duckdb://out.duckdb" }),
  "a folder of Parquet": () => Promise.resolve({ to: "parquet://out/" }),
  "one file of CSV": () => Promise.resolve({ to: "csv://out.csv" }),
  "one file of NDJSON": () => Promise.resolve({ to: "ndjson://out.ndjson" }),
};

const sourceDb = await postgres.createDatabase(fresh());
await postgres.psql(POSTGRES, { db: sourceDb });
const sourceMy = await mariadb.createDatabase(fresh());
await mariadb.sql(MARIADB, { db: sourceMy });
const SOURCES = { PostgreSQL: postgres.url(sourceDb), MariaDB: mariadb.url(sourceMy) };

for (const [source, from] of Object.entries(SOURCES)) {
  for (const [target, open] of Object.entries(TARGETS)) {
    Deno.test(`from ${source} to ${target}: what was loaded is the same, and what was changed then is found`, async () => {
      const { to, change } = await open();
      await using loads = await openLoads(
        `version: 1\nsource: "${from}"\ndestination: "${to}"\non_loss: allow\nstreams:\n  - name: t\n    key: id\n    write: replace\n`,
      );
      await loads.load();
      const { errors, pipelines } = await loads.verify();
      assert.deepEqual(
        errors.map(({ message }) => message),
        [],
        JSON.stringify(pipelines[0].streams[0].differences, null, 1),
      );
      if (!change) return;
      await change("UPDATE t SET t = 'v20 ' WHERE id = 20");
      await change("DELETE FROM t WHERE id = 30");
      const { pipelines: [{ streams: [verdict] }] } = await loads.verify();
      assert.deepEqual(verdict.differences, [
        { kind: "differs", key: { id: "20" }, columns: [{ column: "t", source: "v20", target: "v20 " }] },
        { kind: "only in source", key: { id: "30" }, columns: [] },
      ]);
      assert.equal(verdict.rows.source, verdict.rows.target! + 1);
    });
  }
}

for (const target of ["PostgreSQL", "MariaDB", "DuckDB"]) {
  Deno.test(`verify: true reads back what was sent to ${target}, and takes it for the same`, async () => {
    for (const from of Object.values(SOURCES)) {
      const { to } = await TARGETS[target]();
      await using loads = await openLoads(
        `version: 1\nsource: "${from}"\ndestination: "${to}"\nverify: true\non_loss: allow\nload_columns: true\n` +
          "streams:\n  - name: t\n    key: id\n    write: merge\n    columns: { t: { mask: hash } }\n",
      );
      assert.ok((await loads.load()).inserted > 50);
      assert.equal((await loads.load()).inserted, 0);
      assert.deepEqual((await loads.verify()).errors, []);
    }
  });
}

Deno.test("verify: true refuses what a server made something else of, and nothing is committed", async () => {
  const db = await postgres.createDatabase(fresh());
  await postgres.psql(
    `CREATE FUNCTION twist() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.v = NEW.v || ' '; RETURN NEW; END $$;
     CREATE FUNCTION made() RETURNS event_trigger LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN
       FOR r IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE command_tag = 'CREATE TABLE' AND object_identity LIKE '%_dteg_s%_%_%' LOOP
         IF r.object_identity NOT LIKE '%state%' THEN
           EXECUTE format('CREATE TRIGGER x BEFORE INSERT ON %s FOR EACH ROW WHEN (NEW.id = 3) EXECUTE FUNCTION public.twist()', r.object_identity);
         END IF;
       END LOOP; END $$;
     CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION made()`,
    { db },
  );
  await using loads = await openLoads(
    `version: 1\nsource: "${SOURCES.PostgreSQL}"\ndestination: "${
      postgres.url(db)
    }"\nstreams:\n  - { name: t, select: [id, v], verify: true }\n`,
  );
  const { code, message } = await loads.refused();
  assert.equal(code, "verify.differs");
  assert.match(
    message,
    /of 55 rows 1 did not arrive as they are, and 1 of the 55 there are others; nothing was committed/,
  );
  assert.equal(await postgres.psql("SELECT count(*) FROM pg_class WHERE relname = 't'", { db }), "0");
});

Deno.test("verify: true names the target that cannot be read back before the commit", async () => {
  await using loads = await openLoads(
    `version: 1\nsource: "${SOURCES.MariaDB}"\ndestination: csv://o.csv\nverify: true\nstreams: [{ name: t, select: [id] }]\n`,
  );
  assert.match((await loads.refused()).message, /cannot read back what it has sent to .*o\.csv/);
});
