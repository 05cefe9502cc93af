import { deepEqual, equal, rejects } from "node:assert/strict";
import { findProject, loadPipeline, resolvePipelines } from "../../runtime/config/mod.ts";
import { inFolder, options } from "./fake_connectors.ts";

const PIPELINE = "source: { connection: in }\ndestination: { connection: wh }\nstreams: [ '${var.t}' ]\n";
const FILES = {
  "dteg.yaml": "version: 1\nvars: { t: project, n: 2 }\nsettings: { threads: '${env.N:-4}', max_memory: 1GB }\n",
  "connections.yaml":
    "in: csv://in.csv\nwh: { use: duckdb, url: 'duckdb://${env.WH}' }\nflat: { use: server, host: h, password: pw123 }\nbroken: 3\n",
  "pipelines/shop.yaml": `name: shop\ntags: [nightly]\nsettings: { threads: 8 }\n${PIPELINE}`,
  "pipelines/shop_eu.yaml": `tags: [nightly, eu]\n${PIPELINE.replace("in }", "flat }")}`,
  "pipelines/torn.yaml": "a: [",
  "data/x.csv": "",
};

Deno.test("a project is found upwards, and lends connections, variables and settings", async () => {
  await inFolder(FILES, async (folder) => {
    const project = await findProject(`${folder}/data`);
    equal(project?.folder, folder);
    const { pipeline } = await loadPipeline("pipelines/shop.yaml", options(folder, { project, env: { WH: "wh.db" } }));
    deepEqual(pipeline.source, { connector: "file", config: { path: "in.csv", format: "csv" }, label: "in", folder });
    deepEqual(pipeline.destination, { connector: "duckdb", config: { path: "wh.db" }, label: "wh", folder });
    deepEqual(pipeline.settings, { threads: 8, maxMemory: 1e9 });
    equal(pipeline.streams[0].name, "project");
  });
});

Deno.test("a connection may have its settings without config, and its password is a secret", async () => {
  await inFolder(FILES, async (folder) => {
    const given = options(folder, {
      project: await findProject(folder),
      env: { WH: "wh.db", N: "5" },
      vars: ["t=flag"],
    });
    const { pipeline } = await loadPipeline("pipelines/shop_eu.yaml", given);
    deepEqual(pipeline.source.config, { host: "h", password: "pw123" });
    deepEqual([pipeline.name, pipeline.settings.threads, pipeline.streams[0].name], ["shop_eu", 5, "flag"]);
    equal(given.secrets.mask("pw123"), "***");
  });
});

Deno.test("a fault in connections.yaml or dteg.yaml is told with its place there", async () => {
  await inFolder(FILES, async (folder) => {
    const project = await findProject(folder);
    const run = (path: string, parts: Parameters<typeof options>[1]) =>
      loadPipeline(path, options(folder, { project, ...parts }));
    await rejects(run("pipelines/shop.yaml", {}), {
      code: "template.unset",
      path: "connections.yaml",
      line: 2,
      col: 35,
    });
    await rejects(run("pipelines/shop.yaml", { env: { WH: "w", N: "x" } }), {
      path: "dteg.yaml",
      line: 3,
      code: "pipeline.invalid",
    });
    await rejects(run("pipelines/shop.yaml", { env: { WH: "w" }, set: ["source.connection=broken"] }), {
      path: "connections.yaml",
      line: 4,
      message: '"broken" is the number 3, wanted a URL, or a mapping with the key use',
    });
    await rejects(run("pipelines/shop.yaml", { env: { WH: "w" }, set: ["source.connection=wx"] }), {
      code: "connection.unknown",
      hint: "did you mean wh?",
    });
  });
});

Deno.test("pipelines are named by file, name, tag or pattern, each once", async () => {
  await inFolder(FILES, async (folder) => {
    const project = await findProject(folder);
    const find = (...args: string[]) => resolvePipelines(args, { folder, project });
    const [shop, eu] = ["pipelines/shop.yaml", "pipelines/shop_eu.yaml"];
    deepEqual(await find("shop"), [shop]);
    deepEqual(await find("tag:nightly", "shop*", eu), [shop, eu]);
    deepEqual(await find("torn"), ["pipelines/torn.yaml"]);
    await rejects(find("shpo"), { code: "pipeline.not_found", hint: "did you mean shop?" });
    await rejects(find("tag:nightyl"), { code: "pipeline.not_found", hint: "did you mean tag:nightly?" });
    await rejects(find("no/such/pipeline.yaml"), { code: "pipeline.not_found", message: /"no\/such\/pipeline.yaml"/ });
    await rejects(find("."), { code: "pipeline.is_folder" });
    await rejects(find("data"), { code: "pipeline.is_folder" });
  });
});

Deno.test("without a project only files are found", async () => {
  await inFolder({ "a.yaml": "" }, async (folder) => {
    deepEqual(await resolvePipelines(["a.yaml"], { folder }), ["a.yaml"]);
    await rejects(resolvePipelines(["shop"], { folder }), { code: "pipeline.not_found", hint: /ends in .yaml/ });
  });
});
