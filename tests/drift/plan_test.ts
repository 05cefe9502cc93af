import assert from "node:assert/strict";
import { runLine } from "../commands/fake_platform.ts";
import { inDuckdb } from "./drifting.ts";
import { planText } from "../../runtime/commands/answers/plan_text.ts";
import type { RunPlan } from "../../runtime/engine/foresee/run_plan.ts";

const PIPELINE = `version: 1
name: shop
source: duckdb://src.duckdb
destination: duckdb://out.duckdb
vars: { least: 0 }
streams:
  - { name: main.orders, write: merge, key: id, cursor: changed, where: "id > \${var.least}" }
  - { name: main.items, write: append, contract: { columns: freeze } }
`;

type Run = (...words: string[]) => ReturnType<typeof runLine>;

/** A folder with a pipeline that was loaded once, and whose source has changed since. */
async function inShop(test: (run: Run, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dteg-plan-" });
  const run: Run = (...words) => runLine(words, { folder, env: { TMPDIR: folder } });
  try {
    await Deno.writeTextFile(`${folder}/p.yaml`, PIPELINE);
    await inDuckdb(
      `${folder}/src.duckdb`,
      "CREATE TABLE orders AS SELECT 1 AS id, 10::INTEGER AS amount, DATE '2024-05-01' AS changed; CREATE TABLE items AS SELECT 1 AS id",
    );
    const first = await run("run", "p.yaml");
    assert.equal(first.exit, 0, first.err);
    await test(run, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const DRIFTED =
  "CREATE OR REPLACE TABLE orders AS SELECT 2 AS id, 5000000000::BIGINT AS amount, DATE '2024-05-02' AS changed, " +
  "'a' AS note; CREATE OR REPLACE TABLE items AS SELECT 2 AS id, 'x' AS label";

const WIDE = `shop  duckdb://src.duckdb → duckdb://out.duckdb  p.yaml

main.orders → out.duckdb main.orders
  rows are merged by id into what is there (about 1 row); reads what is new by changed, from 2024-05-01 on, of about 1 row
  ~ amount INTEGER → BIGINT  widened
  + note VARCHAR  added to the table, which may be NULL there
  column   from   to       grade
  ───────  ─────  ───────  ─────
  id       int32  INTEGER  exact
  amount   int64  BIGINT   exact
  changed  date   DATE     exact
  note     text   VARCHAR  exact
  ALTER TABLE "main"."orders" ALTER COLUMN "amount" TYPE BIGINT;
  ALTER TABLE "main"."orders" ADD COLUMN "note" VARCHAR;

main.items → out.duckdb main.items
  rows are added to what is there (about 1 row); reads about 1 row
  ✗ column "label" is new in the source: main.items has none, and contract.columns is freeze
  + label VARCHAR  refused: contract.columns is freeze
  column  from   to       grade
  ──────  ─────  ───────  ─────
  id      int32  INTEGER  exact
  label   text   VARCHAR  exact
`;

Deno.test("a plan tells the ALTERs, what the contract refuses, and where the cursor goes on, on a narrow and a wide screen", () =>
  inShop(async (run, folder) => {
    await inDuckdb(`${folder}/src.duckdb`, DRIFTED);
    const { exit, out, err } = await run("plan", "p.yaml", "-o", "plan.json");
    assert.equal(exit, 4);
    assert.match(err, /contract\.columns/);
    assert.equal(out.slice(0, out.indexOf("\nThe plan is in")), WIDE);
    const plan: RunPlan = JSON.parse(await Deno.readTextFile(`${folder}/plan.json`));
    for (const width of [80, 200]) assert.equal(planText(plan, { width, details: true }), WIDE);
    const [orders, items] = plan.pipelines[0].streams;
    assert.deepEqual(orders.cursor, { columns: ["changed"], from: "2024-05-01" });
    assert.deepEqual([orders.alters, items.alters], [true, false]);
    assert.deepEqual(items.changes, [{
      column: "label",
      change: "added",
      from: null,
      to: "VARCHAR",
      next: "refused: contract.columns is freeze",
      refused: "contract.columns",
    }]);
    assert.deepEqual(await inDuckdb(`${folder}/out.duckdb`, "DESCRIBE orders").then((rows) => rows.length), 3);
  }));

Deno.test("plan --check exits with 4 where a table would be made, replaced or altered, else with 0", () =>
  inShop(async (run, folder) => {
    assert.equal((await run("plan", "p.yaml", "--check")).exit, 0);
    await inDuckdb(`${folder}/src.duckdb`, DRIFTED);
    const altered = await run("plan", "p.yaml", "--stream", "main.orders", "--check");
    assert.equal(altered.exit, 4);
    assert.match(altered.err, /a run would change 1 of 1 targets: out\.duckdb main\.orders \(altered\)/);
    assert.match((await run("plan", "--from", "src.duckdb", "--to", "new.duckdb", "--check")).err, /\(made\)/);
    assert.equal((await run("plan", "p.yaml", "--stream", "main.orders")).exit, 0);
  }));

Deno.test("run --dry-run shows the plan of that run and loads nothing", () =>
  inShop(async (run, folder) => {
    await inDuckdb(`${folder}/src.duckdb`, DRIFTED);
    const state = () => inDuckdb(`${folder}/out.duckdb`, "FROM _dteg_state ORDER BY ALL");
    const before = await state();
    const dry = await run("run", "p.yaml", "--stream", "main.orders", "--dry-run");
    assert.deepEqual([dry.exit, dry.err], [0, ""]);
    assert.match(dry.out, /ALTER TABLE "main"\."orders" ADD COLUMN "note" VARCHAR;/);
    assert.match(dry.out, /Nothing was loaded/);
    assert.match(
      (await run("run", "p.yaml", "--stream", "main.orders", "--dry-run", "--full-refresh")).out,
      /is replaced by a new one; reads all/,
    );
    assert.equal((await run("run", "p.yaml", "--dry-run")).exit, 4);
    assert.deepEqual(await state(), before);
    assert.deepEqual(await inDuckdb(`${folder}/out.duckdb`, "SELECT count(*)::INTEGER FROM orders"), [[1]]);
  }));

Deno.test("a plan is stale when source, target, state, pipeline, variables or flags are not what they were", () =>
  inShop(async (run, folder) => {
    const only = ["p.yaml", "--stream", "main.orders"];
    const staleBy = async (...words: string[]) => {
      const { exit, err } = await run("run", ...only, "--plan", "plan.json", ...words);
      return `${exit} ${/the plan is stale: (.*)/.exec(err)?.[1]}`;
    };
    const planned = async () => assert.equal((await run("plan", ...only, "-o", "plan.json")).exit, 0);
    await planned();
    assert.equal(await staleBy("--set", "vars.least=1"), "4 pipeline shop says something else now");
    assert.equal(await staleBy("--full-refresh"), "4 stream main.orders: it is written in another way");
    await Deno.writeTextFile(
      `${folder}/p.yaml`,
      PIPELINE.replace("cursor: changed,", "cursor: changed, on_loss: reject,"),
    );
    assert.equal(await staleBy(), "4 pipeline shop says something else now");
    await Deno.writeTextFile(`${folder}/p.yaml`, PIPELINE);
    await inDuckdb(`${folder}/out.duckdb`, "ALTER TABLE orders ADD COLUMN mine INTEGER");
    assert.equal(await staleBy(), "4 stream main.orders: what stands at the target is not what it was");
    await planned();
    assert.equal((await run("run", ...only)).exit, 0);
    assert.equal(await staleBy(), "4 stream main.orders: it was loaded meanwhile");
    await planned();
    await inDuckdb(`${folder}/src.duckdb`, DRIFTED);
    assert.equal(
      await staleBy(),
      "4 stream main.orders: column note was added; stream main.orders: column amount was int32 and is int64",
    );
    await planned();
    const good = await run("run", ...only, "--plan", "plan.json");
    assert.equal(good.exit, 0, good.err);
    assert.deepEqual(await inDuckdb(`${folder}/out.duckdb`, "SELECT amount, note FROM orders ORDER BY id"), [
      ["10", null],
      ["5000000000", "a"],
    ]);
  }));
