import assert from "node:assert/strict";
import { duckdbEnd, mariadbEnd, postgresEnd, type TestEnd } from "../cursor/ends.ts";
import { openLoads } from "../cursor/loads.ts";
import { randomOf } from "../harness/random.ts";
import { openServer as openMariadb } from "../mysql/server.ts";
import { openServer as openPostgres } from "../postgres/server.ts";

/** Rounds of a target; more of them under `./task test -- --long`. */
const ROUNDS = Deno.env.get("DTEG_LONG") === "1" ? 200 : 6;

const postgres = await openPostgres(), mariadb = await openMariadb();

const TARGETS: Readonly<Record<string, (folder: string) => TestEnd | Promise<TestEnd>>> = {
  PostgreSQL: () => postgresEnd(postgres),
  MariaDB: () => mariadbEnd(mariadb),
  DuckDB: (folder) => duckdbEnd(`${folder}/out.duckdb`),
};

/** A version of a row in the model: by the runs that opened and closed it. */
interface Version {
  readonly value: string;
  readonly from: number;
  to?: number;
}

const KEYS = ["a", "A", "a ", "ä", "b", "c"], VALUES = ["", '""', "x", "X", '"x "', "é"];
/** A field of CSV as a value that tests print: NULL is `-`. */
const printed = (field: string) => field === "" ? "-" : field.replaceAll('"', "");

for (const [name, open] of Object.entries(TARGETS)) {
  for (const hasCursor of [false, true]) {
    const title = `${name}: ${hasCursor ? "by cursor" : "read whole"}, the versions are those of a plain model`;
    Deno.test(title, async () => {
      const seed = Number(Deno.env.get("DTEG_SEED") ?? Math.floor(Math.random() * 2 ** 32));
      const random = randomOf(seed);
      const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)];
      console.log(`    seed ${seed}`);
      await using loads = await openLoads();
      const target = await open(loads.folder);
      loads.write(
        "pipeline.yaml",
        `version: 1\nname: p\nsource: in.csv\nstreams:\n  - { name: in, into: hist, write: scd2, key: k, ${
          hasCursor ? "cursor: at, " : ""
        }columns: { k: { type: text }, v: { type: text }, at: { type: bigint } } }\ndestination: "${target.url}"\n`,
      );
      const source = new Map<string, { readonly value: string; readonly at: number }>();
      const model = new Map<string, Version[]>();
      const current = (key: string) => model.get(key)?.findLast(({ to }) => to === undefined);
      for (let run = 1; run <= ROUNDS; run++) {
        for (let change = 0; change < 3; change++) {
          const key = pick(KEYS);
          if (random() < 0.3) source.delete(key);
          else source.set(key, { value: pick(VALUES), at: run });
        }
        source.set("z", { value: "x", at: hasCursor ? run : 0 }); // a source without a row is another rule
        loads.write(
          "in.csv",
          `k,v,at\n${
            [...source].map(([key, { value, at }]) => `"${key}",${value},${hasCursor ? at : 0}`).join("\n")
          }\n`,
        );
        const expected = { inserted: 0, updated: 0, unchanged: 0, deleted: 0 };
        for (const [key, { value, at }] of source) {
          if (hasCursor && at < run - 1) continue; // not read again
          const before = current(key), next = `${printed(value)}|${hasCursor ? at : 0}`;
          if (before?.value === next) {
            expected.unchanged++;
            continue;
          }
          if (before) before.to = run;
          expected[before ? "updated" : "inserted"]++;
          model.set(key, [...model.get(key) ?? [], { value: next, from: run }]);
        }
        for (const key of hasCursor ? [] : model.keys()) {
          const open = current(key);
          if (source.has(key) || !open) continue;
          open.to = run;
          expected.deleted++;
        }
        const { inserted, updated, unchanged, deleted } = await loads.load();
        if (!hasCursor && run % 3 === 0) {
          assert.equal(
            (await loads.verify()).pipelines[0].streams[0].status,
            "same",
            `seed ${seed}, run ${run}`,
          );
        }
        assert.deepEqual({ inserted, updated, unchanged, deleted }, expected, `seed ${seed}, run ${run}`);
        await same(run);
      }

      async function same(run: number): Promise<void> {
        const times = `${target.text("_dteg_valid_from")}, ${target.text("_dteg_valid_to")}`;
        const found = await target.rows(
          `SELECT concat('<', k, '>'), coalesce(v, '-'), at_, ${times}, CASE WHEN _dteg_current THEN 1 ELSE 0 END FROM (SELECT hist.*, ${
            name === "MariaDB" ? "`at`" : '"at"'
          } AS at_ FROM hist) h`,
        );
        const timeOf = new Map<string, number>();
        const runOf = (time: string, expected: number | undefined) => {
          if (!timeOf.has(time) && expected !== undefined) timeOf.set(time, expected);
          return timeOf.get(time);
        };
        const rows = found.map((row) => row.split("|"));
        const byKey = Map.groupBy(rows, ([key]) => key);
        const wanted = [...model].map(([key, versions]) => [`<${key}>`, versions] as const);
        assert.deepEqual(
          [...byKey.keys()].toSorted(),
          wanted.map(([key]) => key).toSorted(),
          `seed ${seed}, run ${run}`,
        );
        for (const [key, versions] of wanted) {
          const got = byKey.get(key)!.toSorted((a, b) => a[3] < b[3] ? -1 : 1);
          assert.deepEqual(
            got.map(([, value, at, from, to, isCurrent], index) => ({
              value: `${value}|${at}`,
              from: runOf(from, versions[index]?.from),
              to: to === "" ? undefined : runOf(to, versions[index]?.to),
              isCurrent,
            })),
            versions.map(({ value, from, to }) => ({ value, from, to, isCurrent: to === undefined ? "1" : "0" })),
            `seed ${seed}, run ${run}, ${key}`,
          );
        }
        const ordered = [...timeOf].toSorted(([a], [b]) => a < b ? -1 : 1).map(([, of]) => of);
        assert.deepEqual(ordered, ordered.toSorted((a, b) => a - b));
      }
    });
  }
}

const REFUSES: Readonly<Record<string, string>> = {
  PostgreSQL: "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$; " +
    "CREATE TRIGGER no BEFORE INSERT ON hist FOR EACH ROW EXECUTE FUNCTION no()",
  MariaDB: "CREATE TRIGGER no BEFORE INSERT ON hist FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'",
};

for (const [name, trigger] of Object.entries(REFUSES)) {
  Deno.test(`${name}: versions that were closed are open again when those that follow do not come in`, async () => {
    await using loads = await openLoads();
    const target = await TARGETS[name](loads.folder);
    loads.write(
      "pipeline.yaml",
      `version: 1\nname: p\nsource: in.csv\nstreams: [ { name: in, into: hist, write: scd2, key: k } ]\ndestination: "${target.url}"\n`,
    );
    loads.write("in.csv", "k,v\n1,a\n2,b\n3,c\n");
    await loads.load();
    const sql = "SELECT * FROM hist", before = await target.rows(sql);
    await target.run(trigger);
    loads.write("in.csv", "k,v\n1,changed\n2,b\n");
    await loads.refused();
    assert.deepEqual(await target.rows(sql), before);
    await target.run(name === "MariaDB" ? "DROP TRIGGER no" : "DROP TRIGGER no ON hist");
    const { updated, deleted, unchanged } = await loads.load();
    assert.deepEqual({ updated, deleted, unchanged }, { updated: 1, deleted: 1, unchanged: 1 });
  });
}

addEventListener("unload", () => {
  void postgres[Symbol.asyncDispose]();
  void mariadb[Symbol.asyncDispose]();
});
