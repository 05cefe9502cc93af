import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { binaryPath, type Call, call, inFolder } from "../e2e/binary.ts";
import { openServer } from "./server.ts";

interface Scene {
  run(yaml: string): Promise<Call>;
  psql(sql: string): Promise<string>;
  /** The two ends, as YAML. */
  readonly ends: string;
}

const TESTS: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async "run on both ends, around the load"({ run, psql, ends }) {
    const ran = await run(`${ends}vars: { word: done }
hooks:
  before: [CREATE SCHEMA mart, "INSERT INTO log (w) VALUES ('destination before')"]
  after: "INSERT INTO log (w) SELECT '\${var.word} ' || count(*) FROM mart.t; ANALYZE mart.t"
  source:
    before: INSERT INTO log (w) VALUES ('source before')
    after: UPDATE src SET exported = true
`);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert.equal(await psql("SELECT w FROM log ORDER BY n"), "source before\ndestination before\ndone 3");
    assert.equal(await psql("SELECT count(*) FROM src WHERE exported"), "3");
    assert.equal(await psql("SELECT count(*) FROM mart.t WHERE exported"), "0");
    const [pipeline] = JSON.parse(ran.stdout).result.pipelines;
    const hooks = pipeline.hooks.map(({ on, when, status }: Record<string, string>) => `${on} ${when} ${status}`);
    const wanted = ["source before", "destination before", "destination before", "destination after", "source after"];
    assert.deepEqual(hooks, wanted.map((text) => `${text} ok`));
  },
  async "before a load that cannot begin: nothing is loaded, exit 1"({ run, psql, ends }) {
    const ran = await run(`${ends}hooks: { before: [SELECT 1 / 0, INSERT INTO log (w) VALUES ('never')] }\n`);
    assert.equal(ran.code, 1, ran.stdout);
    const { error, result } = JSON.parse(ran.stdout);
    assert.equal(error.code, "hook.failed");
    assert.match(
      error.message,
      /^the hook "SELECT 1 \/ 0" before the load failed on the destination: .*division by zero.*; nothing was loaded$/,
    );
    assert.deepEqual(result.pipelines[0].streams.map(({ status }: { status: string }) => status), ["skipped"]);
    assert.equal(await psql("SELECT to_regclass('mart.t') IS NULL, (SELECT count(*) FROM log)"), "t|0");
  },
  async "after a load: what fails is exit 1, and the rows stay"({ run, psql, ends }) {
    const ran = await run(`${ends}hooks: { after: ["GRANT SELECT ON mart.t TO nobody_there"] }\n`);
    assert.equal(ran.code, 1, ran.stdout);
    const { error, result } = JSON.parse(ran.stdout);
    assert.match(error.message, /role "nobody_there" does not exist; the rows are loaded and stay$/);
    assert.deepEqual([result.status, result.pipelines[0].streams[0].status], ["failed", "ok"]);
    assert.equal(await psql("SELECT count(*) FROM mart.t"), "3");
  },
};

Deno.test({
  name: "PostgreSQL: hooks",
  ignore: !existsSync(binaryPath()),
  async fn(t) {
    await using server = await openServer();
    for (const [name, test] of Object.entries(TESTS)) {
      await t.step(name, () =>
        inFolder(async (folder) => {
          const db = await server.createDatabase();
          const psql = (sql: string) => server.psql(sql, { db });
          await psql(
            "CREATE TABLE src AS SELECT i AS id, false AS exported FROM generate_series(1, 3) i; CREATE TABLE log (n serial, w text)",
          );
          const url = server.url(db);
          await test({
            psql,
            ends: `source: ${url}\ndestination: ${url}\nstreams: [{ name: public.src, into: mart.t }]\n`,
            async run(yaml) {
              await Deno.writeTextFile(`${folder}/p.yaml`, yaml);
              return await call(["run", "p.yaml", "--json"], {
                cwd: folder,
                env: { HOME: folder, DTEG_CACHE_DIR: `${folder}/cache` },
              });
            },
          });
        }));
    }
  },
});
