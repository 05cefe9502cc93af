import assert from "node:assert/strict";
import { doctorText } from "../../../runtime/commands/machine/doctor_text.ts";
import type { Finding } from "../../../runtime/commands/machine/finding.ts";
import { makeStyle } from "../../../runtime/commands/style.ts";
import { inFolder } from "../../e2e/binary.ts";
import { runJson, runLine, type Setting } from "../fake_platform.ts";

async function findings(setting: Setting, words: readonly string[] = []) {
  const { exit, envelope } = await runJson(["doctor", ...words], setting);
  return { exit, envelope, found: (envelope.result as { findings: readonly Finding[] }).findings };
}

const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test("doctor finds this machine sound, exit 0", options, async () => {
  await inFolder(async (folder) => {
    const { exit, found } = await findings({ folder, env: { DTEG_CACHE_DIR: folder, LC_ALL: "C.UTF-8" } });
    assert.deepEqual(found.map(({ what }) => what), [
      "dteg",
      "clock",
      "time zone",
      "locale",
      "open files",
      "memory",
      "network proxies",
      "cache folder",
      "temporary files",
      "record of runs",
      "DuckDB",
      "project",
    ]);
    assert.deepEqual([exit, found.filter(({ verdict }) => verdict === "bad")], [0, []]);
  });
});

Deno.test("doctor --deep spills to disk, and writes and reads Parquet", options, async () => {
  await inFolder(async (folder) => {
    const { found } = await findings({ folder, env: { DTEG_CACHE_DIR: folder } }, ["--deep"]);
    const deep = found.filter(({ what }) => ["spilling to disk", "Parquet"].includes(what));
    assert.deepEqual(deep.map(({ verdict }) => verdict), ["ok", "ok"]);
  });
});

Deno.test("a connection that is refused is bad, exit 3, and its password is not shown", options, async () => {
  await inFolder(async (folder) => {
    const env = {
      DTEG_CACHE_DIR: folder,
      SHOP_DB: "postgres://ada:sesame@127.0.0.1:1/shop",
      HTTP_PROXY: "http://ada:sesame@proxy.example.com",
    };
    const { exit, envelope, found } = await findings({ folder, env });
    const shop = found.find(({ what }) => what === "connection SHOP_DB");
    assert.deepEqual([exit, shop?.verdict], [3, "bad"]);
    assert.match(shop?.mend ?? "", /\S/);
    assert.deepEqual((envelope.error as { code: string }).code, "environment.unfit");
    assert.equal(JSON.stringify(envelope).includes("sesame"), false);
    const text = await runLine(["doctor"], { folder, env });
    assert.equal(`${text.out}${text.err}`.includes("sesame"), false);
  });
});

Deno.test("a database file that is not there yet is a warning; a fault in dteg.yaml is bad", options, async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/dteg.yaml`, "version: 1\n");
    await Deno.writeTextFile(`${folder}/connections.yaml`, "warehouse: duckdb://warehouse.duckdb\n");
    const env = { DTEG_CACHE_DIR: folder };
    const young = await findings({ folder, env });
    const warehouse = young.found.find(({ what }) => what === "connection warehouse");
    assert.deepEqual([young.exit, warehouse?.verdict], [0, "warn"]);
    assert.equal(await Deno.stat(`${folder}/warehouse.duckdb`).then(() => true, () => false), false);
    await Deno.writeTextFile(`${folder}/dteg.yaml`, "version: 1\nvars: [\n");
    const broken = await findings({ folder, env });
    assert.deepEqual([broken.exit, broken.found.at(-1)?.what, broken.found.at(-1)?.verdict], [3, "project", "bad"]);
  });
});

Deno.test("an unknown TZ and a locale that is no UTF-8 are warnings with a mend", options, async () => {
  await inFolder(async (folder) => {
    const env = { DTEG_CACHE_DIR: folder, TZ: "Asia/Soul", LANG: "ko_KR.EUC-KR" };
    const { exit, found } = await findings({ folder, env });
    const warned = found.filter(({ verdict }) => verdict === "warn").map(({ what }) => what);
    assert.deepEqual([exit, warned.includes("time zone"), warned.includes("locale")], [0, true, true]);
  });
});

Deno.test("a finding stands in three columns, and what to do under it", () => {
  const text = doctorText([
    { what: "clock", verdict: "ok", found: "2024-05-01T00:00:00Z", mend: null },
    { what: "연결 shop", verdict: "bad", found: "the server refuses the connection on port 5432", mend: "start it" },
  ], { style: makeStyle({ colour: false }), width: 44 });
  assert.equal(
    text,
    `✓ clock      2024-05-01T00:00:00Z
✗ 연결 shop  the server refuses the
             connection on port 5432
             → start it
`,
  );
});
