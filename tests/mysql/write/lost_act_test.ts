import assert from "node:assert/strict";
import { inScene, startVictim } from "../../harness/victim.ts";
import { killProcess, type Victim } from "../../harness/crash.ts";
import { openServer } from "../server.ts";
import { type Cut, cutAt } from "./act_wire.ts";
import { type Loading, type LoadOptions, openLoading } from "./loading.ts";

const server = await openServer();

/** A URL to the server by way of a wire. */
const through = (loading: Loading, wire: { readonly port: number }) =>
  server.url(loading.db, { options: "sslmode=disable" }).replace(`:${server.port}/`, `:${wire.port}/`);

interface Act {
  readonly words: string;
  readonly options: LoadOptions;
  /** What the table holds after one load onto `1 a`. */
  readonly loaded: string;
}

const ACTS: Readonly<Record<string, Act>> = {
  replace: { words: "RENAME TABLE", options: {}, loaded: "2\tb" },
  append: { words: "COMMIT", options: { write: "append" }, loaded: "1\ta\n2\tb" },
  merge: { words: "COMMIT", options: { write: "merge", key: ["id"] }, loaded: "1\ta\n2\tb" },
};

for (const [write, { words, options, loaded }] of Object.entries(ACTS)) {
  Deno.test(`MariaDB: when the reply to the commit of ${write} is lost, the server is asked, and the load has taken place once`, async () => {
    await using loading = await openLoading(server);
    const { load, sql, debris } = loading;
    await load("id,v\n1,a\n", "t", options);
    using wire = cutAt(server.port, { words, cut: "after" });
    const report = await load("id,v\n2,b\n", "t", { ...options, to: through(loading, wire) });
    assert.equal(report.written, 1);
    assert.match(
      report.warnings.join(),
      /the connection was lost at the commit; the server was asked: \w+\.t is loaded/,
    );
    assert.equal(await sql("SELECT * FROM t ORDER BY id"), loaded);
    assert.equal(await debris(), "");
    assert.equal(await sql("SELECT COUNT(pending) FROM _dteg_state"), "0");
  });

  Deno.test(`MariaDB: when the commit of ${write} does not reach the server, nothing is loaded, and a rerun loads once`, async () => {
    await using loading = await openLoading(server);
    const { load, refused, sql, debris } = loading;
    await load("id,v\n1,a\n", "t", options);
    const state = await sql("SELECT load_id FROM _dteg_state WHERE load_id <> ''");
    using wire = cutAt(server.port, { words, cut: "before" });
    const error = await refused("id,v\n2,b\n", "t", { ...options, to: through(loading, wire) });
    assert.equal(error.code, "connection.lost");
    assert.equal(await sql("SELECT * FROM t"), "1\ta");
    assert.equal(await sql("SELECT load_id FROM _dteg_state WHERE load_id <> ''"), state);
    await load("id,v\n2,b\n", "t", options);
    assert.equal(await sql("SELECT * FROM t ORDER BY id"), loaded);
    assert.equal(await debris(), "");
  });
}

for (const cut of ["before", "after"] satisfies readonly Cut[]) {
  for (const isThere of [true, false]) {
    const what = isThere ? "a table" : "a new table";
    Deno.test(`MariaDB: dteg that dies ${cut} the change of names of ${what} leaves table and state of one load`, async () => {
      await using loading = await openLoading(server);
      const { load, sql, debris } = loading;
      if (isThere) await load("id,v\n1,a\n", "t");
      await inScene(async (folder) => {
        await Deno.writeTextFile(`${folder}/in.csv`, "id,v\n2,b\n");
        const victims: Victim[] = [];
        using wire = cutAt(server.port, { words: "RENAME TABLE", cut, onAct: () => killProcess(victims[0]) });
        victims.push(
          startVictim(folder, ["in.csv", "--to", through(loading, wire), "--into", "t", "-y", "--name", "test"]),
        );
        await victims[0].ended;
      });
      if (isThere || cut === "after") assert.equal(await sql("SELECT * FROM t"), cut === "after" ? "2\tb" : "1\ta");
      assert.equal(await sql("SELECT COUNT(pending) FROM _dteg_state"), "1");
      if (isThere || cut === "after") {
        // what dteg made is replaced without a question: so the state is known
        await load("id,v\n3,c\n", "t", { adopt: false });
      } else await load("id,v\n3,c\n", "t");
      assert.equal(await sql("SELECT * FROM t"), "3\tc");
      assert.equal(await debris(), "");
      assert.equal(await sql("SELECT COUNT(pending) FROM _dteg_state"), "0");
    });
  }
}

Deno.test("MariaDB: an interrupt at the commit of a load tells whether it has taken place", async () => {
  await using loading = await openLoading(server);
  const { load, sql, debris } = loading;
  for (const { words, options, loaded } of Object.values(ACTS)) {
    await sql("DROP TABLE IF EXISTS t");
    await load("id,v\n1,a\n", "t", options);
    const { stdout } = await interrupted(loading, { words, args: argsOf(options) });
    const [stream] = JSON.parse(stdout).result.pipelines[0].streams;
    assert.deepEqual([stream.status, stream.written], ["ok", 1], stdout);
    assert.equal(await sql("SELECT * FROM t ORDER BY id"), loaded);
    assert.equal(await debris(), "");
  }
});

const argsOf = ({ write, key = [] }: LoadOptions) => [
  ...(write ? ["--write", write] : ["-y"]),
  ...key.flatMap((name) => ["--key", name]),
];

/** A load by the binary that gets SIGINT when the server has done the act, and its reply is on the way. */
async function interrupted(
  loading: Loading,
  { words, args }: { readonly words: string; readonly args: readonly string[] },
): Promise<{ readonly stdout: string }> {
  let ended = { stdout: "" };
  await inScene(async (folder) => {
    await Deno.writeTextFile(`${folder}/in.csv`, "id,v\n2,b\n");
    const victims: Victim[] = [];
    using wire = cutAt(server.port, { words, cut: "after", onAct: () => Deno.kill(victims[0].pid, "SIGINT") });
    victims.push(startVictim(folder, ["in.csv", "--to", through(loading, wire), "--into", "t", ...args]));
    ended = await victims[0].ended;
  });
  return ended;
}

Deno.test("MariaDB: a run that was overtaken fails, since its staging table is gone", async () => {
  await using loading = await openLoading(server);
  const { load, refused, sql } = loading;
  await load("id,v\n1,a\n", "t");
  const dropped = Promise.withResolvers<void>();
  using wire = cutAt(server.port, {
    words: "RENAME TABLE",
    cut: "never",
    async onAct() {
      const [stage] = (await loading.debris()).split("\n");
      await sql(`DROP TABLE ${stage}`);
      dropped.resolve();
    },
  });
  const error = await refused("id,v\n2,b\n", "t", { to: through(loading, wire) });
  await dropped.promise;
  assert.equal(error.code, "connection.conflict");
  assert.equal(await sql("SELECT * FROM t"), "1\ta");
  assert.equal(await sql("SELECT COUNT(pending) FROM _dteg_state"), "0");
});
