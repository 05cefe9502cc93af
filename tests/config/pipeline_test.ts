import { deepEqual, equal, rejects } from "node:assert/strict";
import { DtegError } from "../../sdk/mod.ts";
import { lintPipeline, loadPipeline } from "../../runtime/config/mod.ts";
import { inFolder, options } from "./fake_connectors.ts";

const ENDS = "source: csv://orders.csv\ndestination: duckdb://out.db\n";
const PLAIN = {
  write: "replace",
  key: [],
  select: [],
  columns: [],
  adopt: false,
  numbers: "number",
  table: {},
  settings: {},
} as const;

async function load(text: string, parts: Parameters<typeof options>[1] = {}) {
  const found: Awaited<ReturnType<typeof loadPipeline>>[] = [];
  await inFolder(
    { "p.yaml": text },
    async (folder) => void found.push(await loadPipeline("p.yaml", options(folder, parts))),
  );
  return found[0].pipeline;
}

async function refused(text: string, wanted: Partial<DtegError>) {
  await inFolder({ "p.yaml": text }, (folder) => rejects(loadPipeline("p.yaml", options(folder)), wanted));
}

Deno.test("a pipeline file becomes typed data, with defaults applied", async () => {
  await inFolder({
    "shop.yaml": `
version: 1
source: { use: file, config: { path: data/, delimiter: ";" } }
destination: { use: duckdb, config: { url: "duckdb:///abs/wh%20x.db" } }
defaults: { into: "raw.{table}", key: id, header: true }
settings: { threads: 2, max_memory: 1GB, max_temp: 512MiB }
on_error: stop
tags: [nightly]
streams:
  - name: orders
    write: merge
    where: "status <> 'draft'"
    select: [id, amount]
    columns: { amount: { as: total, type: "decimal(18, 4)" }, memo: { drop: true }, at: { type: timestamptz } }
    adopt: true
    numbers: string
    table: { primary_key: id, indexes: [status, [a, b]], comment: Orders }
    path: "orders-*.csv"
    skip: 2
  - customers
`,
  }, async (folder) => {
    const { pipeline, warnings } = await loadPipeline("shop.yaml", options(folder));
    deepEqual(warnings, []);
    deepEqual(pipeline, {
      name: "shop",
      path: "shop.yaml",
      source: { connector: "file", config: { path: "data/", delimiter: ";" }, label: "data/", folder },
      destination: { connector: "duckdb", config: { path: "/abs/wh x.db" }, label: "duckdb:///abs/wh%20x.db", folder },
      streams: [
        {
          ...PLAIN,
          name: "orders",
          into: "raw.{table}",
          write: "merge",
          key: ["id"],
          where: "status <> 'draft'",
          select: ["id", "amount"],
          columns: [
            { name: "amount", as: "total", type: { kind: "decimal", precision: 18, scale: 4 }, drop: false },
            { name: "memo", drop: true },
            { name: "at", type: { kind: "timestamptz", precision: 6 }, drop: false },
          ],
          adopt: true,
          numbers: "string",
          table: { primaryKey: ["id"], indexes: [["status"], ["a", "b"]], comment: "Orders" },
          settings: { header: true, path: "orders-*.csv", skip: 2 },
        },
        { ...PLAIN, name: "customers", into: "raw.{table}", key: ["id"], settings: { header: true } },
      ],
      settings: { threads: 2, maxMemory: 1e9, maxTemp: 512 * 2 ** 20 },
      onError: "stop",
      tags: ["nightly"],
    });
  });
});

Deno.test("templates and flags reach every value, and numbers stay numbers", async () => {
  const text = "source: csv://${env.DIR:-in}/a.csv?skip=1\ndestination: duckdb://out.db\n" +
    "vars: { t: 007, u: '${env.U}' }\nsettings: { threads: '${env.N}' }\nstreams:\n" +
    "  - { name: '${var.t}', into: 'r_${run.id}', adopt: '${var.u}' }\n  - { name: b, where: x }\n";
  const pipeline = await load(text, { env: { N: "3", U: "true" }, set: ["streams[1].into=raw.b", "streams.1.skip=4"] });
  deepEqual(pipeline.source.config, { path: "in/a.csv", skip: 1, format: "csv" });
  deepEqual(pipeline.settings, { threads: 3 });
  deepEqual(pipeline.streams, [
    { ...PLAIN, name: "007", into: "r_r1", adopt: true },
    { ...PLAIN, name: "b", into: "raw.b", where: "x", settings: { skip: 4 } },
  ]);
});

Deno.test("--var beats the pipeline's own variables, which then need not be set", async () => {
  const text = `${ENDS}vars: { t: "\${env.UNSET}" }\nstreams: [ "\${var.t}" ]\n`;
  equal((await load(text, { vars: ["t=flag"] })).streams[0].name, "flag");
  await refused(text, { code: "template.unset", line: 3, col: 13, message: "env.UNSET is not set" });
});

Deno.test("a fault that --set brings names the flag and no place in the file", async () => {
  await inFolder(
    { "p.yaml": `${ENDS}streams: [a]\n` },
    (folder) =>
      rejects(loadPipeline("p.yaml", options(folder, { set: ["settings.threads=many"] })), {
        code: "pipeline.invalid",
        message: '"threads" is "many", wanted a whole number from 1 up (from --set settings.threads=many)',
        line: undefined,
      }),
  );
});

Deno.test("a secret that is not set stops a run, and only warns in validate", async () => {
  const text = "source: ${secret.src}\ndestination: duckdb://out.db\nstreams: [a]\n";
  await inFolder({ "p.yaml": text }, async (folder) => {
    await rejects(loadPipeline("p.yaml", options(folder)), {
      code: "template.unset",
      line: 1,
      col: 9,
      hint: "set DTEG_SECRET_SRC, or write it to .dteg/secrets/src",
    });
    const { pipeline, warnings } = await lintPipeline("p.yaml", options(folder));
    deepEqual(warnings, ["p.yaml:1:9: secret.src is not set"]);
    equal(pipeline.source.connector, "");
  });
});

Deno.test("a secret is found in the environment, else in its file, and is masked from then on", async () => {
  const text = "source: server://me:${secret.db_pw}@h/d\ndestination: duckdb://out.db\nstreams: [a]\n";
  await inFolder({ "p.yaml": text, ".dteg/secrets/db_pw": "from-file\n" }, async (folder) => {
    for (const [env, password] of [[{}, "from-file"], [{ DTEG_SECRET_DB_PW: "from-env" }, "from-env"]] as const) {
      const given = options(folder, { env });
      const { pipeline } = await loadPipeline("p.yaml", given);
      deepEqual(pipeline.source.config, { host: "h", user: "me", password, database: "d" });
      equal(pipeline.source.label, "server://me@h/d");
      equal(given.secrets.mask(`x ${password}`), "x ***");
    }
  });
});

Deno.test("an error about a secret value does not show it", async () => {
  const text =
    "source: csv://a.csv\ndestination: duckdb://out.db\nstreams: [a]\nsettings: { threads: '${secret.n}' }\n";
  await inFolder(
    { "p.yaml": text },
    (folder) =>
      rejects(loadPipeline("p.yaml", options(folder, { env: { DTEG_SECRET_N: "hunter2" } })), {
        message: '"threads" is "***", wanted a whole number from 1 up',
      }),
  );
});

Deno.test("what a later version builds is said to be missing, never ignored", async () => {
  await refused(`${ENDS}streams: [ { name: a, checks: [] } ]\n`, { code: "usage", line: 3 });
  await refused(`${ENDS}streams: [ { name: a, table: { partition_by: b } } ]\n`, {
    code: "usage",
    line: 3,
    col: 32,
  });
  await refused(`${ENDS}streams: [a]\ncheks: 1\nmodels: []\n`, { code: "pipeline.unknown_key", line: 4 });
  equal((await load(`${ENDS}streams: [ '"odd*"' ]\n`)).streams[0].name, '"odd*"');
});

Deno.test("settings of a stream are those of the source's connector", async () => {
  await refused("source: duckdb://a.db\ndestination: csv://o.csv\nstreams: [ { name: a, delimiter: x } ]\n", {
    code: "pipeline.unknown_key",
    message: 'a stream has no key "delimiter"',
  });
});

Deno.test("an end must be able to do what it is asked to", async () => {
  await refused("source: csv://a.csv\ndestination: server://h/d\nstreams: [a]\n", {
    code: "connector.no_destination",
    line: 2,
  });
  await refused("source: csv://a.csv?delimitr=x\ndestination: duckdb://o.db\nstreams: [a]\n", {
    code: "connector.config",
    hint: 'did you mean "delimiter"?',
    line: 1,
    col: 9,
  });
  await refused("source: { use: duckdb, config: { url: csv://a } }\ndestination: duckdb://o.db\nstreams: [a]\n", {
    code: "url.invalid",
    message: "csv:// is no URL of the connector duckdb",
  });
});

Deno.test("a missing file, a folder and one that is too large are told apart", async () => {
  await inFolder({ "big.yaml": "a".repeat(1_000_001), "d/x": "" }, async (folder) => {
    await rejects(loadPipeline("no/p.yaml", options(folder)), {
      code: "pipeline.not_found",
      message: 'there is no file "no/p.yaml"',
    });
    await rejects(loadPipeline("d", options(folder)), { code: "pipeline.is_folder" });
    await rejects(loadPipeline("big.yaml", options(folder)), { code: "pipeline.too_large", path: "big.yaml" });
  });
});
