import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { existsSync } from "node:fs";
import { runLine } from "../fake_platform.ts";

const PIPELINE = `version: 1
source: in.csv
streams:
  - { name: in, columns: { ssn: { mask: hash }, card: { mask: partial, as: tail } } }
destination: out.duckdb
`;

Deno.test("plan names masks and makes no key; preview and run mask with the key of the project", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dteg-mask-" });
  try {
    await Deno.writeTextFile(`${folder}/dteg.yaml`, "version: 1\n");
    await Deno.writeTextFile(`${folder}/p.yaml`, PIPELINE);
    await Deno.writeTextFile(`${folder}/in.csv`, "id,ssn,card\n1,123-45-6789,4012888888881881\n");
    const run = (...words: string[]) => runLine(words, { folder, env: { TMPDIR: folder } });
    const key = `${folder}/.dteg/secrets/mask_key`;
    const planned = await run("plan", "p.yaml");
    assert.match(planned.out, /ssn +ssn +text +VARCHAR +exact +mask: hash/);
    assert.match(planned.out, /card +tail +text +VARCHAR +exact +mask: partial/);
    assert.equal(existsSync(key), false);
    const preview = await run("preview", "p.yaml", "--format", "csv");
    const hash = createHmac("sha256", (await Deno.readTextFile(key)).trim()).update("123-45-6789").digest("hex");
    const rows = `id,ssn,tail\n1,${hash.slice(0, 32)},****1881\n`;
    assert.equal(preview.out, rows);
    assert.equal((await run("run", "p.yaml")).exit, 0);
    assert.equal((await run("query", 'FROM "in"', "--on", "out.duckdb", "--format", "csv")).out, rows);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
