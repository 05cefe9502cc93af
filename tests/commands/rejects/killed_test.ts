import { deepEqual, equal, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { openRejectStore } from "../../../runtime/store/reject_store.ts";
import { killChild } from "../../harness/kill_child.ts";
import { readBack } from "../../engine/load.ts";

const GOOD = 150_000, BAD = 3_000;
const MAIN = new URL("../../../main.ts", import.meta.url).pathname;
const PIPELINE = (loss: string) =>
  "version: 1\nname: p\nsource: in.csv\ndestination: out.duckdb\ncontract: { rows: reject }\n" +
  `streams:\n  - { name: in, into: t, write: append, columns: { n: { type: bigint, on_loss: ${loss} } } }\n`;

/** Runs dteg from source; killed at a moment, where one is given. How long it took. */
async function dteg(folder: string, args: readonly string[], killAt?: number): Promise<number> {
  const began = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, ...args],
    cwd: folder,
    env: { TMPDIR: folder },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timer = killAt === undefined ? undefined : setTimeout(() => killChild(child), killAt);
  const { success } = await child.status;
  clearTimeout(timer);
  ok(success || killAt !== undefined, `${args.join(" ")} failed`);
  return performance.now() - began;
}

async function countOf(folder: string): Promise<number> {
  if (!existsSync(`${folder}/out.duckdb`)) return 0;
  const attach = `ATTACH '${folder}/out.duckdb' AS killed (READ_ONLY)`;
  const tables = "(SELECT table_name FROM duckdb_tables() WHERE database_name = 'killed' AND table_name = 't')";
  if ((await readBack(tables, [attach])).rows.length === 0) return 0;
  return Number((await readBack("(SELECT count(*) FROM killed.t)", [attach])).rows[0][0]);
}

const pendings = (folder: string) => {
  const root = `${folder}/.dteg/rejects`;
  if (!existsSync(root)) return [];
  return [...Deno.readDirSync(root)].flatMap(({ name }) =>
    [...Deno.readDirSync(`${root}/${name}`)].map((file) => file.name).filter((file) => file.includes(".pending"))
  );
};

Deno.test("a load or a replay that is killed leaves all of its rejected rows or none, and no row comes twice", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dteg-killed-" });
  try {
    const lines = Array.from({ length: GOOD + BAD }, (_, i) => `${i},${i % ((GOOD + BAD) / BAD) === 7 ? "x" : i}`);
    await Deno.writeTextFile(`${folder}/in.csv`, `id,n\n${lines.join("\n")}\n`);
    await Deno.writeTextFile(`${folder}/dteg.yaml`, "version: 1\n");
    await Deno.writeTextFile(`${folder}/p.yaml`, PIPELINE("reject"));
    const store = openRejectStore(`${folder}/.dteg`);
    const kept = () => store.list().reduce((rows, set) => rows + set.rows, 0);
    const whole = await dteg(folder, ["run", "p.yaml"]);
    deepEqual([await countOf(folder), kept()], [GOOD, BAD]);
    let loads = 1;
    for (const share of [0.5, 0.7, 0.8, 0.9, 0.95]) {
      await dteg(folder, ["run", "p.yaml"], whole * share);
      const before = loads;
      loads = await countOf(folder) / GOOD;
      ok(loads === before || loads === before + 1, `${loads} loads`);
      ok(kept() === before * BAD || kept() === loads * BAD, `${kept()} rejected rows after ${loads} loads`);
    }
    await dteg(folder, ["run", "p.yaml"]);
    loads++;
    deepEqual([await countOf(folder), kept(), pendings(folder)], [loads * GOOD, loads * BAD, []]);

    await Deno.writeTextFile(`${folder}/p.yaml`, PIPELINE('"null"'));
    const rows = await countOf(folder);
    for (const share of [0.55, 0.7, 0.85]) {
      await dteg(folder, ["rejects", "replay", "last"], whole * share);
      const now = await countOf(folder) - rows;
      ok(now === 0 || now === BAD, `${now} rows replayed`);
    }
    await dteg(folder, ["rejects", "replay", "last"]);
    equal(await countOf(folder) - rows, BAD);
    equal(store.list()[0].replayed, BAD);
    deepEqual(pendings(folder), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
