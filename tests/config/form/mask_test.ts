import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { loadPipeline, maskKey, Secrets } from "../../../runtime/config/mod.ts";
import { readTree } from "../../../runtime/config/read.ts";
import { inFolder, options } from "../fake_connectors.ts";

const ENDS = "version: 1\nsource: csv://orders.csv\ndestination: duckdb://out.db\n";

async function streamsOf(text: string) {
  let streams: Awaited<ReturnType<typeof loadPipeline>>["pipeline"]["streams"] = [];
  await inFolder({ "p.yaml": text }, async (folder) => {
    streams = (await loadPipeline("p.yaml", options(folder))).pipeline.streams;
  });
  return streams;
}

const refused = (text: string, wanted: object) =>
  inFolder({ "p.yaml": text }, (folder) => rejects(loadPipeline("p.yaml", options(folder)), wanted));

Deno.test("a mask is hash, redact, null or partial, and null is a word with and without quotes", async () => {
  const columns =
    "{ a: { mask: hash }, b: { mask: redact, as: z }, c: { mask: null }, d: { mask: 'null' }, e: { mask: partial, type: text } }";
  const [{ columns: rules }] = await streamsOf(`${ENDS}streams:\n  - name: t\n    columns: ${columns}\n`);
  deepEqual(rules.map(({ name, mask }) => [name, mask]), [
    ["a", "hash"],
    ["b", "redact"],
    ["c", "null"],
    ["d", "null"],
    ["e", "partial"],
  ]);
});

Deno.test("a mask of no value, of another word, or on a dropped column is told with its place", async () => {
  const stream = (rule: string) => `${ENDS}streams:\n  - name: t\n    columns:\n      a:\n        ${rule}\n`;
  await refused(stream("mask:"), {
    code: "pipeline.invalid",
    line: 8,
    message: '"mask" is empty, wanted hash, redact, null or partial',
  });
  await refused(stream("mask: md5"), { code: "pipeline.invalid", line: 8 });
  await refused(stream("{ drop: true, mask: null }"), { code: "pipeline.invalid", line: 8 });
});

Deno.test("a merge's key may be hashed, and not be masked otherwise", async () => {
  const stream = (mask: string) =>
    `${ENDS}streams:\n  - { name: t, write: merge, key: who, columns: { ssn: { as: who, mask: ${mask} } } }\n`;
  equal((await streamsOf(stream("hash"))).length, 1);
  for (const mask of ["redact", "partial", "null"]) await refused(stream(mask), { code: "stream.key", line: 5 });
});

Deno.test("the key of masks is made once, for its owner alone, in the project's folder of secrets", () =>
  inFolder({ "dteg.yaml": "version: 1\n" }, async (folder) => {
    const { environment } = options(folder);
    const of = {
      ...environment,
      project: {
        folder,
        secrets: `${folder}/.dteg/secrets`,
        file: await readTree(`${folder}/dteg.yaml`, { name: "dteg.yaml" }),
      },
    };
    const secrets = new Secrets();
    const keys = await Promise.all(Array.from({ length: 20 }, () => maskKey(of, { secrets })));
    equal(new Set(keys).size, 1);
    match(keys[0], /^[0-9a-f]{64}$/);
    equal(secrets.mask(`x ${keys[0]}`), "x ***");
    equal((await Deno.stat(`${folder}/.dteg/secrets/mask_key`)).mode! & 0o777, 0o600);
    deepEqual([...Deno.readDirSync(`${folder}/.dteg/secrets`)].map(({ name }) => name).sort(), [
      ".gitignore",
      "mask_key",
    ]);
    equal(await maskKey(of, { secrets }), keys[0]);
    const given = "given by the environment, 36 bytes ..";
    equal(await maskKey({ ...of, env: { DTEG_SECRET_MASK_KEY: given } }, { secrets }), given);
    await rejects(maskKey({ ...of, env: { DTEG_SECRET_MASK_KEY: "short" } }, { secrets }), { code: "mask.key" });
  }));

Deno.test("without a project the key of masks is in the user's state folder", () =>
  inFolder({}, async (folder) => {
    const { environment } = options(folder);
    const of = { ...environment, project: undefined, env: { XDG_STATE_HOME: `${folder}/state` } };
    const key = await maskKey(of, { secrets: new Secrets() });
    equal((await Deno.readTextFile(`${folder}/state/dteg/secrets/mask_key`)).trim(), key);
  }));
