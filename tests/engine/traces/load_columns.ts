import { deepEqual, equal, match } from "node:assert/strict";
import { inProject, type Project } from "../../commands/state/project.ts";

/** A kind of target. */
export interface Kind {
  readonly to: string;
  /** Where its rows are read back, and as what. */
  readonly on?: string;
  readonly from?: string;
  readonly merges?: boolean;
  readonly appends?: boolean;
  /** What the rows come from. */
  readonly source?: string;
  readonly stream?: string;
}

/** Loads in all ways that a target has, with and without load columns. */
export async function loadsWithColumns({ to, on = to, from = "t", merges, appends = merges }: Kind): Promise<void> {
  const file = (words: string) =>
    `version: 1\nname: p\nsource: in.csv\ndestination: ${to}\nstreams:\n  - { name: in, into: t, ${words} }\n`;
  await inProject({ "in.csv": "id,v\n1,a\n2,b\n" }, async ({ ok, json, code, write }) => {
    const runs: string[] = [];
    const load = async (words: string, rows?: string) => {
      await write("p.yaml", file(words));
      if (rows !== undefined) await write("in.csv", `id,v\n${rows}`);
      const { result, error } = await json("run", "p.yaml", "-y");
      equal(error, null, JSON.stringify(error));
      runs.push(String(Reflect.get(result, "run")));
      const [{ inserted, updated, unchanged, read }] = result.pipelines[0].streams;
      return { inserted, updated, unchanged, read };
    };
    /** Rows with the number of the run that they say. */
    const found = async () => {
      const sql = `SELECT id, v, _dteg_run_id, _dteg_loaded_at FROM ${from} ORDER BY id, v, _dteg_run_id`;
      const text = await ok("query", sql, "--on", on, "--format", "csv");
      return text.trim().split("\n").slice(1).map((line) => {
        const [id, v, run, at] = line.split(",");
        if (run !== "") match(at, /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d{1,6}/);
        return `${id}${v}${run === "" ? "-" : runs.indexOf(run)}`;
      });
    };
    await load("write: replace, load_columns: true");
    deepEqual(await found(), ["1a0", "2b0"]);
    await load("write: replace, load_columns: true", "1,a\n3,c\n");
    deepEqual(await found(), ["1a1", "3c1"]);
    if (merges) {
      const counts = await load("write: merge, key: id, load_columns: true", "1,a\n3,d\n4,e\n");
      deepEqual(counts, { inserted: 1, updated: 1, unchanged: 1, read: 3 });
      deepEqual(await found(), ["1a1", "3d2", "4e2"]);
    }
    if (appends) {
      await load("write: append, load_columns: true", "9,z\n");
      equal((await found()).at(-1), `9z${runs.length - 1}`);
      await load("write: replace", "1,a\n2,b\n");
      await load("write: append, load_columns: true", "3,c\n");
      if (merges) deepEqual(await found(), ["1a-", "2b-", `3c${runs.length - 1}`]); // the table got them
      if (merges) {
        deepEqual(await load("write: merge, key: id, load_columns: true", "1,a\n2,x\n"), {
          inserted: 0,
          updated: 1,
          unchanged: 1,
          read: 2,
        });
        deepEqual(await found(), ["1a-", `2x${runs.length - 1}`, `3c${runs.length - 2}`]);
      }
    }
    await write("p.yaml", file("write: replace, load_columns: true, columns: { v: { as: _dteg_run_id } }"));
    equal(await code("run", "p.yaml", "-y"), "column.duplicate");
  });
}

/** A load from a server's own bytes. */
export async function straightLoad(
  { from, to, query }: {
    readonly from: string;
    readonly to: string;
    /** Asks for rows as `id, v, is the run's`. */
    readonly query: (run: string, project: Project) => Promise<string>;
  },
): Promise<void> {
  const yaml =
    `version: 1\nname: p\nload_columns: true\nsource: ${from}\ndestination: ${to}\nstreams:\n  - { name: s, into: t, write: replace }\n`;
  await inProject({ "p.yaml": yaml }, async (project) => {
    const { result, error } = await project.json("run", "p.yaml", "-y");
    equal(error, null, JSON.stringify(error));
    equal(result.pipelines[0].streams[0].written, 2);
    equal(await query(String(Reflect.get(result, "run")), project), "1|a|1\n2|b|1");
  });
}
