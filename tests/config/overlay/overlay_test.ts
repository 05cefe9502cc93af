import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { findProject, loadPipeline, makeEnvironment } from "../../../runtime/config/mod.ts";
import { inFolder, options } from "../fake_connectors.ts";

const FILES = {
  "dteg.yaml": [
    "vars: { t: project, base: b }",
    "settings: { threads: '${var.n:-4}' }",
    "environments:",
    "  dev: { vars: { t: dev_t } }",
    "  prod:",
    "    vars: { t: '${var.base}_prod' }",
    "    settings: { threads: 16 }",
    "    connections: { wh: 'duckdb://${env.PROD_WH}' }",
    "  odd: { connections: { wh: w.db }, settings: { threads: '${env.NONE}' } }",
  ].join("\n"),
  "connections.yaml": "in: csv://in.csv\nwh: duckdb://dev.db\n",
  "p.yaml":
    "settings: { threads: 8 }\nvars: { t: pipeline, u: 'x_${var.t}' }\nsource: { connection: in }\ndestination: { connection: wh }\nstreams: [ '${var.t}', '${var.u}' ]\n",
};
const PLAIN = { ...FILES, "dteg.yaml": "vars: { t: project }\n" };

Deno.test("an environment lays its connections, variables and settings over project and pipeline", async () => {
  await inFolder(FILES, async (folder) => {
    const project = await findProject(folder);
    const load = async (parts: Parameters<typeof options>[1]) => {
      const { pipeline } = await loadPipeline("p.yaml", options(folder, { project, ...parts }));
      const { environment, destination, settings, streams } = pipeline;
      return [environment, destination.config, settings, streams.map(({ name }) => name)];
    };
    const prod = ["prod", { path: "p.db" }, { threads: 16 }, ["b_prod", "x_b_prod"]];
    deepEqual(await load({ name: "prod", env: { PROD_WH: "p.db" } }), prod);
    deepEqual(await load({ env: { PROD_WH: "p.db", DTEG_ENV: "prod" } }), prod);
    deepEqual(await load({ name: "dev" }), ["dev", { path: "dev.db" }, { threads: 8 }, ["dev_t", "x_dev_t"]]);
    deepEqual(await load({}), await load({ name: "dev" }));
    deepEqual(await load({ vars: ["t=flag"] }), ["dev", { path: "dev.db" }, { threads: 8 }, ["flag", "x_flag"]]);
  });
});

Deno.test("a project without environments has none", async () => {
  await inFolder(PLAIN, async (folder) => {
    const project = await findProject(folder);
    const { pipeline } = await loadPipeline("p.yaml", options(folder, { project }));
    equal("environment" in pipeline, false);
    throws(() => makeEnvironment({ env: {}, folder, project, name: "prod" }), {
      code: "environment.unknown",
      hint: /^declare it in dteg\.yaml/,
    });
    throws(() => makeEnvironment({ env: {}, folder, name: "prod" }), { code: "environment.unknown" });
  });
});

Deno.test("an environment that there is not names the nearest one", async () => {
  await inFolder(FILES, async (folder) => {
    const project = await findProject(folder);
    const choose = (name: string) => () => makeEnvironment({ env: {}, folder, project, name });
    throws(choose("prd"), {
      code: "environment.unknown",
      message: 'there is no environment "prd"',
      hint: "did you mean --env prod?",
    });
    throws(choose("production"), { hint: "did you mean --env prod?" });
    throws(choose("somewhere"), { hint: "dteg.yaml has dev, prod, odd" });
  });
});

Deno.test("faults of an environment have their place in dteg.yaml, and references only of the chosen one count", async () => {
  await inFolder(FILES, async (folder) => {
    const project = await findProject(folder);
    const load = (name: string) => loadPipeline("p.yaml", options(folder, { project, name }));
    const unset = { code: "template.unset", path: "dteg.yaml" };
    await rejects(load("prod"), { ...unset, line: 8, message: "env.PROD_WH is not set" });
    await rejects(load("odd"), { ...unset, line: 9, message: "env.NONE is not set" });
    equal((await load("dev")).pipeline.environment, "dev");
  });
});

Deno.test("the form of every environment counts", async () => {
  const text = FILES["dteg.yaml"].replace("wh: w.db", "wh: 3");
  await inFolder({ ...FILES, "dteg.yaml": text }, async (folder) => {
    const given = options(folder, { project: await findProject(folder) });
    await rejects(loadPipeline("p.yaml", given), { code: "pipeline.invalid", path: "dteg.yaml", line: 9, col: 29 });
  });
});
