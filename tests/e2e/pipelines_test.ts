import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { binaryPath, type Call, call, inFolder } from "./binary.ts";

interface Report {
  readonly name: string;
  readonly status: string;
  readonly streams: readonly { readonly status: string; readonly written: number }[];
  readonly warnings?: readonly string[];
}

/** A project of pipelines that load their own file; what each says besides its ends. */
async function inProject(
  pipelines: Readonly<Record<string, string>>,
  test: (run: (...args: readonly string[]) => Promise<Call>, folder: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/pipelines`);
    await Deno.writeTextFile(`${folder}/dteg.yaml`, "version: 1\n");
    for (const [name, rest] of Object.entries(pipelines)) {
      await Deno.writeTextFile(`${folder}/pipelines/${name}.csv`, "id\n1\n2\n");
      const yaml = `source: ${name}.csv\ndestination: { use: duckdb, config: { path: ../out.duckdb } }\n` +
        `streams: [{ name: ${name} }]\n${rest}`;
      await Deno.writeTextFile(`${folder}/pipelines/${name}.yaml`, yaml);
    }
    const env = { HOME: folder, DTEG_CACHE_DIR: "/tmp/dteg-test-cache" };
    await test((...args) => call(["run", ...args], { cwd: folder, env }), folder);
  });
}

const reportsOf = ({ stdout }: Call): readonly Report[] => JSON.parse(stdout).result.pipelines;
const statusesOf = (ran: Call) => reportsOf(ran).map(({ name, status }) => `${name} ${status}`);

const SHOP = {
  customers: "tags: [nightly]\n",
  orders: "tags: [nightly]\nafter: [customers, products]\n",
  products: "",
  report: "after: [orders]\n",
};

Deno.test({ name: "several pipelines in one call", ignore: !existsSync(binaryPath()) }, async (t) => {
  await t.step("by name, by tag and by pattern: one report, each once, in the order of `after`", async () => {
    await inProject(SHOP, async (run) => {
      const byName = await run("report", "customers", "--json");
      assert.deepEqual([byName.code, statusesOf(byName)], [0, ["report ok", "customers ok"]]);
      const byTag = await run("tag:nightly", "--json");
      assert.deepEqual([byTag.code, statusesOf(byTag)], [0, ["customers ok", "orders ok"]]);
      const all = await run("*", "orders", "--json");
      assert.deepEqual([all.code, statusesOf(all)], [
        0,
        ["customers ok", "products ok", "orders ok", "report ok"],
      ]);
      assert.equal(JSON.parse(all.stdout).summary.replace(/ in .*/, ""), "8 rows of 4 streams");
      const { stdout } = await run("*");
      for (const name of Object.keys(SHOP)) assert.match(stdout, new RegExp(`✓ +${name} `));
      assert.match(stdout, /4 streams +8 +8 /);
    });
  });

  await t.step("a project's only pipeline needs no name; of several one must be named", async () => {
    await inProject({ products: "" }, async (run) => {
      const ran = await run("--json");
      assert.deepEqual([ran.code, statusesOf(ran)], [0, ["products ok"]]);
    });
    await inProject(SHOP, async (run) => {
      const { code, stdout } = await run("--json");
      const { error } = JSON.parse(stdout);
      assert.deepEqual([code, error.code, error.hint], [
        2,
        "argument.missing",
        "name a pipeline: customers, orders, products, report; or all of them: '*'",
      ]);
    });
  });

  await t.step("--with-upstream pulls in what the chosen ones come after", async () => {
    await inProject(SHOP, async (run) => {
      const alone = await run("report", "--json");
      assert.deepEqual(statusesOf(alone), ["report ok"]);
      const all = await run("report", "--with-upstream", "--json");
      assert.deepEqual(statusesOf(all), ["customers ok", "products ok", "orders ok", "report ok"]);
    });
  });

  await t.step("what comes after a pipeline that failed is skipped, and says why; the others run; exit 5", async () => {
    await inProject(SHOP, async (run, folder) => {
      await Deno.writeTextFile(`${folder}/pipelines/products.csv`, "id\n1,2\n");
      const ran = await run("*", "--json");
      assert.deepEqual([ran.code, statusesOf(ran)], [
        5,
        ["customers ok", "products failed", "orders skipped", "report skipped"],
      ]);
      const [, , orders, report] = reportsOf(ran);
      assert.deepEqual(orders.streams.map(({ status, written }) => [status, written]), [["skipped", 0]]);
      assert.deepEqual(orders.warnings, ["skipped: pipeline products, which it comes after, failed"]);
      assert.deepEqual(report.warnings, ["skipped: pipeline orders, which it comes after, was skipped"]);
      assert.equal(JSON.parse(ran.stdout).error.code, "csv.row_width");
      const text = await run("*");
      assert.match(text.stdout, /! orders: skipped: pipeline products, which it comes after, failed/);
    });
  });

  await t.step("where all fail or are skipped, the exit code is that of the first failure", async () => {
    await inProject({ a: "", b: "after: a\n" }, async (run, folder) => {
      await Deno.remove(`${folder}/pipelines/a.csv`);
      await Deno.writeTextFile(
        `${folder}/pipelines/a.yaml`,
        "source: file://gone.csv\ndestination: x.duckdb\nstreams: [a]\n",
      );
      const ran = await run("a", "b", "--json");
      assert.deepEqual([ran.code, statusesOf(ran)], [2, ["a failed", "b skipped"]], ran.stdout);
    });
  });

  await t.step("a circle and an unknown name are refused with their place, before anything runs", async () => {
    await inProject({ a: "after: [b]\n", b: "after: [a]\n", c: "after: [aa]\n" }, async (run, folder) => {
      const circle = await run("a", "b");
      assert.equal(circle.code, 2);
      assert.match(
        circle.stderr,
        /pipelines\/a\.yaml:4:9: a comes after b comes after a: none of them can be the first/,
      );
      const unknown = await run("c");
      assert.equal(unknown.code, 2);
      assert.match(unknown.stderr, /pipelines\/c\.yaml:4:9: there is no pipeline named "aa"[^]*hint: there are a, b/);
      assert.equal(existsSync(`${folder}/out.duckdb`), false);
      const validated = await call(["validate"], { cwd: folder, env: { HOME: folder } });
      assert.equal(validated.code, 2);
      for (const place of ["a.yaml:4:9: a comes after b", "b.yaml:4:9: b comes after a", "c.yaml:4:9: there is no"]) {
        assert.ok(validated.stderr.includes(place), validated.stderr);
      }
    });
  });

  await t.step("hooks: what failed after the load is exit 1, the rows stay, and both are said", async () => {
    const hooks =
      'hooks: { before: ["CREATE TABLE IF NOT EXISTS log (w TEXT)"], after: ["INSERT INTO logg VALUES (1)"] }\n';
    await inProject({ a: hooks }, async (run) => {
      const ran = await run("a");
      assert.equal(ran.code, 1, ran.stderr);
      assert.match(ran.stdout, /✓ +a +2 +2 /);
      assert.match(ran.stdout, /a: 1 hook ran in \d+ ms, 1 failed/);
      assert.match(
        ran.stderr,
        /error: the hook "INSERT INTO logg VALUES \(1\)" after the load failed on the destination:/,
      );
      assert.match(ran.stderr, /the rows are loaded and stay/);
      assert.match(ran.stderr, /hook before the load on the destination ok in \d+ ms: CREATE TABLE IF NOT EXISTS log/);
    });
  });
});
