import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { adhocEnd, adhocPipeline, findProject } from "../../runtime/config/mod.ts";
import { inFolder, options } from "./fake_connectors.ts";

Deno.test("flags make the same pipeline as a file would", async () => {
  await inFolder({}, async (folder) => {
    const flags = {
      from: "csv://a.csv",
      to: "out.duckdb",
      streams: ["a"],
      into: "raw.a",
      write: "merge",
      key: ["id"],
      select: ["id", "b"],
    };
    const { pipeline } = await adhocPipeline(flags, options(folder));
    match(pipeline.name, /^adhoc_[0-9a-f]{8}$/);
    deepEqual({ ...pipeline, name: "" }, {
      name: "",
      path: null,
      source: { connector: "file", config: { path: "a.csv", format: "csv" }, label: "csv://a.csv", folder },
      destination: { connector: "duckdb", config: { path: "out.duckdb" }, label: "out.duckdb", folder },
      streams: [{
        name: "a",
        into: "raw.a",
        write: "merge",
        key: ["id"],
        select: ["id", "b"],
        columns: [],
        adopt: false,
        numbers: "number",
        table: {},
        settings: {},
      }],
      settings: {},
      onError: "continue",
      tags: [],
    });
  });
});

Deno.test("without a stream the whole source is meant, and - is a pipe", async () => {
  await inFolder({}, async (folder) => {
    const { pipeline } = await adhocPipeline({ from: "-", to: "parquet://out/" }, options(folder));
    equal(pipeline.streams[0].name, null);
    deepEqual(pipeline.source.config, { path: "-" });
    deepEqual(pipeline.destination.config, { path: "out/", format: "parquet" });
  });
});

Deno.test("the name of an ad hoc run hangs on both ends, not on the password", async () => {
  await inFolder({}, async (folder) => {
    const name = async (from: string) => (await adhocPipeline({ from, to: "o.db" }, options(folder))).pipeline.name;
    equal(await name("server://u:a@h/d"), await name("server://u:b@h/d"));
    equal(await name("server://u:a@h/d") === await name("server://u:a@h/e"), false);
  });
});

Deno.test("a path is taken as it is: not decoded, no template, and before a connection of its name", async () => {
  const files = {
    "dteg.yaml": "version: 1\n",
    "connections.yaml": "wh: duckdb://wh.db\nin: duckdb://in.db\n",
    "a%20${b}.csv": "",
    wh: "",
  };
  await inFolder(files, async (folder) => {
    const given = options(folder, { project: await findProject(folder) });
    const { pipeline, warnings } = await adhocPipeline({ from: "a%20${b}.csv", to: "wh" }, given);
    deepEqual([pipeline.source.config, pipeline.destination.config], [{ path: "a%20${b}.csv" }, { path: "wh" }]);
    deepEqual(warnings, ['"wh" is the path of a file and the name of a connection; the file is taken']);
    deepEqual((await adhocEnd("in", "source", given)).config, { path: "in.db" });
    await rejects(adhocEnd("inn", "source", given), { code: "connection.unknown", hint: "did you mean in?" });
  });
});

Deno.test("what flags say wrong is told without a place", async () => {
  await inFolder({}, async (folder) => {
    const run = (flags: { from: string; to: string; write?: string }) => adhocPipeline(flags, options(folder));
    await rejects(run({ from: "nonsense://x", to: "o/" }), {
      code: "usage",
      message: 'there is no connector "nonsense"',
      path: undefined,
    });
    await rejects(run({ from: "a.csv", to: "o/", write: "merge" }), {
      code: "stream.write_mode",
      hint: "add --key COLUMN, or --key auto for the source's primary key",
    });
    await rejects(run({ from: "snowflake://u:p@h/d", to: "o/" }), {
      code: "usage",
      message: /connector snowflake yet/,
    });
  });
});
