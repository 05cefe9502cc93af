import { deepEqual, equal, match } from "node:assert/strict";
import { inProject } from "../../commands/state/project.ts";
import type { Kind } from "./load_columns.ts";

/** Loads into a kind of target, some of them taken back. */
export async function undoneLoads(
  { to, on = to, from = "t", merges, appends = merges, hang }: Kind & {
    /** Hangs something on the table, so that a replace keeps it. */
    readonly hang?: () => Promise<unknown>;
  },
): Promise<void> {
  const file = (words: string) =>
    `version: 1\nname: p\nsource: in.csv\ndestination: ${to}\nstreams:\n  - { name: in, into: t, ${words} }\n`;
  await inProject({}, async ({ ok, json, write }) => {
    const load = async (words: string, rows: string) => {
      await write("p.yaml", file(words));
      await write("in.csv", `id,v\n${rows}`);
      const { result, error } = await json("run", "p.yaml", "-y");
      equal(error, null, JSON.stringify(error));
      return String(Reflect.get(result, "run"));
    };
    const rows = async () =>
      (await ok("query", `SELECT id, v FROM ${from} ORDER BY id, v`, "--on", on, "--format", "csv")).trim().split("\n")
        .slice(1).map((line) => line.replace(",", "")).join(" ");
    const state = async () => (await json("state", "list", "--to", to)).result.states[0];
    const undo = async (run: string) => {
      const { error } = await json("undo", run, "-y");
      return error === null ? "ok" : `${error.code}: ${error.message}`;
    };

    const keep = "write: replace, keep: 2";
    const runs: string[] = [];
    for (const n of [1, 2, 3, 4]) runs.push(await load(keep, `${n},a\n`));
    match(await undo(runs[2]), new RegExp(`^undo.impossible: .* run ${runs[3]} has loaded it since`));
    equal(await rows(), "4a");
    equal((await json("undo", runs[3])).error?.code, "plan.confirm");
    equal(await undo(runs[3]), "ok");
    deepEqual([await rows(), (await state()).run], ["3a", runs[2]]);
    equal(await undo(runs[2]), "ok");
    deepEqual([await rows(), (await state()).run], ["2a", runs[1]]);
    match(await undo(runs[1]), /^undo.impossible: .* was not kept/);
    match(await undo(runs[3]), new RegExp(`^undo.impossible: .* run ${runs[1]} has loaded it since`));
    equal(await rows(), "2a");

    if (hang) {
      await hang();
      const run = await load(keep, "5,b\n");
      equal(await rows(), "5b");
      equal(await undo(run), "ok");
      deepEqual([await rows(), (await state()).run], ["2a", runs[1]]);
    }

    if (appends) {
      const by = "cursor: id, write: append, load_columns: true";
      await load("write: replace, load_columns: true", "1,a\n");
      await load(`${by}, key: id`, "1,a\n2,b\n");
      const last = await load(`${by}, key: id`, "2,b\n3,c\n");
      const before = await rows();
      const value = (await state()).value;
      equal(value, "3");
      equal(await undo(last), "ok");
      equal(await rows(), before.replace(/ 3c.*/, ""));
      equal((await state()).value, "2");
      await load(`${by}, key: id`, "2,b\n3,c\n");
      equal(await rows(), before);
    }
    if (merges) {
      const merge = "key: id, write: merge, load_columns: true";
      await load(merge, "1,x\n");
      const added = await load(merge, "1,x\n7,n\n8,n\n");
      equal(await undo(added), "ok");
      match(await rows(), /^1x /);
      equal((await rows()).includes("7n"), false);
      const changed = await load(merge, "1,y\n");
      match(await undo(changed), /^undo.impossible: .* 1 row was updated, and what it was before is gone/);
      match(await rows(), /^1y /);
    }
    const plain = await load("write: replace", "1,a\n");
    match(await undo(plain), /^undo.impossible: /);
  });
}
