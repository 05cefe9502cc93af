import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { binaryPath, type Call, inFolder, start } from "../e2e/binary.ts";
import { readDatabase } from "../engine/load.ts";
import { openServer, PASSWORD, type TestServer } from "./server.ts";

interface Scene {
  readonly server: TestServer;
  readonly folder: string;
  readonly db: string;
  readonly url: string;
  psql(sql: string): Promise<string>;
}

interface Running {
  readonly child: Deno.ChildProcess;
  readonly ended: Promise<Pick<Call, "code" | "stdout" | "stderr">>;
}

const PATIENT = "retry: { attempts: 20, backoff: fixed, delay: 300ms }\n";
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Starts the binary on a pipeline file. */
async function begin({ folder }: Scene, yaml: string): Promise<Running> {
  await Deno.writeTextFile(`${folder}/p.yaml`, yaml);
  return launch(folder, ["p.yaml"]);
}

function launch(folder: string, args: readonly string[], input?: string): Running {
  const env = { HOME: `${folder}/home`, TMPDIR: `${folder}/tmp`, DTEG_CACHE_DIR: `${folder}/cache` };
  const child = start(["run", ...args, "--json"], { cwd: folder, env, input });
  const feed = input === undefined ? undefined : new Blob([input]).stream().pipeTo(child.stdin);
  const decoder = new TextDecoder();
  const ended = child.output().then(async ({ code, stdout, stderr }) => {
    await feed;
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  });
  return { child, ended };
}

/** The one stream of a report, and the error. */
function streamOf({ stdout }: Pick<Call, "stdout">) {
  const { result, error } = JSON.parse(stdout);
  return { stream: result?.pipelines[0].streams[0], error, report: result?.pipelines[0] };
}

/** Waits until a query gives true. */
async function until({ psql }: Scene, condition: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await psql(`SELECT ${condition}`) === "t") return;
    await pause(50);
  }
  throw new Error(`it never came to this: ${condition}`);
}

const WAITS = "EXISTS (SELECT FROM pg_locks WHERE NOT granted)";
const READS =
  "EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'dteg%' AND state = 'active' AND query ~ 'slow')";

/** A session that holds table t for 30 seconds, or until the server ends. */
async function hold(scene: Scene): Promise<{ readonly over: Promise<unknown> }> {
  const over = scene.psql("BEGIN; LOCK TABLE t; SELECT pg_sleep(30)").catch(() => "ended with the server");
  await until(
    scene,
    "EXISTS (SELECT FROM pg_locks WHERE granted AND relation = 't'::regclass AND mode LIKE 'AccessEx%')",
  );
  return { over };
}

const debris = ({ psql }: Scene) => psql("SELECT relname FROM pg_class WHERE relname LIKE '\\_dteg\\_stage%'");

const intoT = ({ url }: Scene, source: string, { rest = PATIENT, write = "append", stream = "in" } = {}) =>
  `source: ${source}\ndestination: ${url}\nstreams: [{ name: ${stream}, into: public.t, write: ${write} }]\n${rest}`;

const TESTS: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async "a server that restarts in the middle of a load: the rows are there once, and the report tells"(scene) {
    const { psql, server, folder } = scene;
    await psql("CREATE TABLE t (id bigint); INSERT INTO t VALUES (0)");
    await Deno.writeTextFile(
      `${folder}/in.csv`,
      `id\n${Array.from({ length: 5000 }, (_, id) => `${id + 1}\n`).join("")}`,
    );
    const { over } = await hold(scene);
    const run = await begin(scene, intoT(scene, "in.csv"));
    await until(scene, WAITS);
    await server.restart();
    const ended = await run.ended;
    const { stream } = streamOf(ended);
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.deepEqual([stream.status, stream.read, stream.written, stream.inserted], ["ok", 5000, 5000, 5000]);
    assert.match(stream.warnings[0], /^retrying in 0\.3 s \(attempt 2 of 20\): cannot .*127\.0\.0\.1/);
    assert.match(ended.stderr, /warn {2}in {2}retrying in 300 ms \(attempt 2 of 20\): connection\./);
    assert.equal(await psql("SELECT count(*), count(DISTINCT id), sum(id) FROM t"), "5001|5001|12502500");
    assert.equal(await debris(scene), "");
    await over;
  },
  async "a source that restarts while it is read: the target gets every row"(scene) {
    const { psql, server, folder, url } = scene;
    await psql(
      "CREATE TABLE src AS SELECT i AS id, md5(i::text) AS v FROM generate_series(1, 3000) i; " +
        "CREATE VIEW slow AS SELECT id, v FROM src WHERE pg_sleep(0.0015) IS NOT NULL",
    );
    const target = "destination: duckdb://out.duckdb\nstreams: [{ name: public.slow, into: main.t }]\n";
    const run = await begin(scene, `source: ${url}\n${target}${PATIENT}`);
    await until(scene, READS);
    await server.restart();
    const ended = await run.ended;
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.match(streamOf(ended).stream.warnings.join(), /^retrying /);
    const { rows } = await readDatabase(`${folder}/out.duckdb`);
    const wanted = (await psql("SELECT id, v FROM src ORDER BY id")).split("\n");
    assert.deepEqual(rows.map((row) => row.join("|")).toSorted((a, b) => parseInt(a) - parseInt(b)), wanted);
  },
  async "the loser of a deadlock begins again"(scene) {
    const { psql, folder } = scene;
    await psql("CREATE TABLE t (id bigint PRIMARY KEY); INSERT INTO t VALUES (0); CREATE VIEW w AS TABLE t");
    await Deno.writeTextFile(`${folder}/in.csv`, "id\n1\n2\n");
    const pipeline = intoT(scene, "in.csv", { write: "replace, adopt: true", rest: "" });
    const first = await (await begin(scene, pipeline)).ended;
    assert.equal(first.code, 0, first.stdout);
    const other = psql(`BEGIN; SELECT FROM _dteg_state FOR UPDATE;
      DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted) LOOP PERFORM pg_sleep(0.02); END LOOP; END $$;
      LOCK TABLE t; COMMIT`);
    await pause(300);
    const ended = await (await begin(scene, pipeline)).ended;
    await other;
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.match(streamOf(ended).stream.warnings.join(), /^retrying .*deadlock detected/);
    assert.equal(await psql("TABLE t ORDER BY id"), "1\n2");
    assert.equal(await debris(scene), "");
  },
  async "a server without room for another connection is asked again until there is room"(scene) {
    const { psql, server, folder, db } = scene;
    await psql(
      `DROP ROLE IF EXISTS few; CREATE ROLE few LOGIN PASSWORD '${PASSWORD}' CONNECTION LIMIT 2; GRANT ALL ON SCHEMA public TO few`,
    );
    await Deno.writeTextFile(`${folder}/in.csv`, "id\n1\n2\n");
    const busy = [1, 2].map(() => server.psql("SELECT pg_sleep(3)", { db, user: "few" }));
    await until(scene, "(SELECT count(*) = 2 FROM pg_stat_activity WHERE usename = 'few' AND state = 'active')");
    const asFew = { ...scene, url: server.url(db, { user: "few" }) };
    const ended = await (await begin(asFew, intoT(asFew, "in.csv"))).ended;
    await Promise.all(busy);
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.match(streamOf(ended).report.warnings[0], /^retrying .*too many connections/);
    assert.equal(await psql("TABLE t ORDER BY id"), "1\n2");
    await psql("DROP OWNED BY few CASCADE");
  },
  async "a budget that ends is a failure: 3 before data moves, 1 after"(scene) {
    const { psql, server, folder } = scene;
    const short = "retry: { attempts: 50, backoff: fixed, delay: 300ms, budget: 1s }\n";
    await psql("CREATE TABLE t (id bigint)");
    await Deno.writeTextFile(`${folder}/in.csv`, "id\n1\n");
    const away = { ...scene, url: scene.url.replace(`:${server.port}/`, ":1/") };
    const before = await (await begin(scene, intoT(away, "in.csv", { rest: short }))).ended;
    assert.deepEqual([before.code, streamOf(before).error.code], [3, "connection.refused"]);
    assert.match(
      streamOf(before).error.message,
      /\(tried [234] times in \d\.\d s; the retry budget of 1\.0 s is used up\)$/,
    );
    const { over } = await hold(scene);
    const run = await begin(scene, intoT(scene, "in.csv", { rest: short }));
    await until(scene, WAITS);
    await server.kill();
    const after = await run.ended;
    await server.restart();
    await over;
    const { error } = streamOf(after);
    assert.deepEqual([after.code, error.failure], [1, "transient"], after.stdout);
    assert.match(error.message, /the retry budget of 1\.0 s is used up\)$/);
    assert.equal(await psql("SELECT count(*) FROM t"), "0");
  },
  async "standard input is read once: its load is not tried again, and the error says why"(scene) {
    const { psql, server, folder, url } = scene;
    await psql("CREATE TABLE t (id bigint)");
    const { over } = await hold(scene);
    const run = launch(folder, ["--from", "-", "--to", url, "--into", "public.t", "--write", "append"], "id\n1\n");
    await until(scene, WAITS);
    await server.restart();
    await over;
    const ended = await run.ended;
    assert.equal(ended.code, 1, ended.stdout);
    assert.match(streamOf(ended).error.message, /\(not tried again: stdin cannot be begun again\)$/);
    assert.equal(await psql("SELECT count(*) FROM t"), "0");
  },
  async "Ctrl-C ends a wait at once"(scene) {
    const { server, folder } = scene;
    await Deno.writeTextFile(`${folder}/in.csv`, "id\n1\n");
    const away = { ...scene, url: scene.url.replace(`:${server.port}/`, ":1/") };
    const run = await begin(
      scene,
      intoT(away, "in.csv", { rest: "retry: { backoff: fixed, delay: 5m, budget: 1h }\n" }),
    );
    await pause(3000);
    const began = performance.now();
    run.child.kill("SIGINT");
    const ended = await run.ended;
    assert.ok(performance.now() - began < 3000);
    assert.deepEqual([ended.code, streamOf(ended).error.code], [130, "cancelled"], ended.stdout);
    assert.match(ended.stderr, /retrying in 5m 00s \(attempt 2 of 3\)/);
  },
};

Deno.test({
  name: "PostgreSQL: what may pass is tried again",
  ignore: !existsSync(binaryPath()),
  async fn(t) {
    await using server = await openServer();
    for (const [name, test] of Object.entries(TESTS)) {
      await t.step(name, () =>
        inFolder(async (folder) => {
          for (const part of ["tmp", "home"]) await Deno.mkdir(`${folder}/${part}`);
          const db = await server.createDatabase();
          await test({ server, folder, db, url: server.url(db), psql: (sql) => server.psql(sql, { db }) });
          assert.deepEqual([...Deno.readDirSync(`${folder}/tmp`)].map((entry) => entry.name), []);
        }));
    }
  },
});
