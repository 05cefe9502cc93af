import { deepEqual, equal, rejects } from "node:assert/strict";
import { adhocPipeline, loadPipeline } from "../../../runtime/config/mod.ts";
import type { PipelineStream } from "../../../runtime/config/pipeline.ts";
import { inFolder, options } from "../fake_connectors.ts";

const ENDS = "source: server://h/d\ndestination: duckdb://out.db\n";

async function load(text: string) {
  let found: Awaited<ReturnType<typeof loadPipeline>> | undefined;
  await inFolder({ "p.yaml": ENDS + text }, async (folder) => {
    found = await loadPipeline("p.yaml", options(folder));
  });
  return found!.pipeline;
}

const refused = (text: string, wanted: object) =>
  inFolder({ "p.yaml": ENDS + text }, (folder) => rejects(loadPipeline("p.yaml", options(folder)), wanted));

const brief = ({ name, isWild = false, into, write, key, autoKey }: PipelineStream) => ({
  name,
  isWild,
  into,
  write,
  key,
  autoKey,
});

Deno.test("a stream has its own words, then those of the last wildcard that takes it, then the defaults", async () => {
  const { streams, exclude } = await load(`defaults: { write: merge, key: auto, into: "raw.{table}" }
streams:
  - public.*
  - { name: "public.log_*", write: append, into: "logs.{table}" }
  - { name: public.log_errors, key: [id] }
  - "!public.tmp_*"
  - public.orders
  - { name: other.plain, key: [a, b] }
`);
  deepEqual(exclude, ["public.tmp_*"]);
  deepEqual(streams.map(brief), [
    { name: "public.*", isWild: true, into: "raw.{table}", write: "merge", key: [], autoKey: "if any" },
    { name: "public.log_*", isWild: true, into: "logs.{table}", write: "append", key: [], autoKey: "if any" },
    {
      name: "public.log_errors",
      isWild: false,
      into: "logs.{table}",
      write: "append",
      key: ["id"],
      autoKey: undefined,
    },
    { name: "public.orders", isWild: false, into: "raw.{table}", write: "merge", key: [], autoKey: "if any" },
    { name: "other.plain", isWild: false, into: "raw.{table}", write: "merge", key: ["a", "b"], autoKey: undefined },
  ]);
});

Deno.test("a key that is to be found must be there where a stream or a wildcard asks for it", async () => {
  const { streams } = await load(`defaults: { key: auto }
streams: [ { name: a.x, write: merge }, { name: "b.*", key: auto }, a.y, { name: c.z, key: [auto] } ]
`);
  deepEqual(streams.map(({ autoKey, key }) => [autoKey, key]), [
    ["wanted", []],
    ["wanted", []],
    ["if any", []],
    [undefined, ["auto"]],
  ]);
});

Deno.test("what has no meaning for a wildcard is refused at its place", async () => {
  await refused('streams: [ "public.*", { name: "!public.t*", write: append } ]\n', {
    code: "pipeline.invalid",
    message: '"!public.t*" leaves streams out: "write" has no meaning there',
    line: 3,
  });
  await refused('streams: [ { name: "public.*", sql: SELECT 1 } ]\n', {
    code: "pipeline.invalid",
    message: '"public.*" stands for streams that the source has: "sql" makes one of its own',
  });
  await refused('streams: [ "!a", "!b*" ]\n', { code: "stream.none", line: 3 });
  await refused("streams: [ { name: q, sql: SELECT 1, write: merge, key: auto } ]\n", { code: "stream.key", line: 3 });
  await refused('streams: [ { name: "public.*", write: append }, orders ]\n', {
    code: "pipeline.invalid",
    hint: "write it with its schema",
  });
  await refused('streams: [ "a..*" ]\n', { code: "pipeline.invalid", line: 3, col: 12 });
});

Deno.test("--stream takes patterns, and --key auto the primary key; what only leaves out leaves it out of all", async () => {
  await inFolder({}, async (folder) => {
    const run = (streams: readonly string[]) =>
      adhocPipeline(
        { from: "server://h/d", to: "duckdb://o.db", streams, write: "merge", key: ["auto"] },
        options(folder),
      );
    const { pipeline } = await run(["a.*", "!a.b"]);
    deepEqual([pipeline.exclude, pipeline.streams.map(brief)], [["a.b"], [
      { name: "a.*", isWild: true, into: undefined, write: "merge", key: [], autoKey: "wanted" },
    ]]);
    const all = (await run(["!a.b"])).pipeline;
    equal(all.streams[0].name, null);
    deepEqual(all.exclude, ["a.b"]);
  });
});
