import { deepEqual, equal, match } from "node:assert/strict";
import type { StreamReport } from "../../../runtime/store/event.ts";
import type { RejectSet } from "../../../runtime/store/reject.ts";
import { openRejectStore } from "../../../runtime/store/reject_store.ts";
import { makeDatabase } from "../../engine/load.ts";
import { runLine } from "../fake_platform.ts";

/** A project in a folder of its own, and lines typed in it. */
async function inProject(files: Readonly<Record<string, string>>, test: (project: Project) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "dteg-rejects-" });
  const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
  try {
    for (const [name, text] of Object.entries({ "dteg.yaml": "version: 1\n", ...files })) await write(name, text);
    const run = (...words: string[]) => runLine(words, { folder, env: { TMPDIR: folder } });
    await test({
      folder,
      write,
      run,
      async json(...words) {
        const { out, exit } = await run(...words, "--json");
        return { ...JSON.parse(out), exit };
      },
      rows: async (sql) => (await run("query", sql, "--on", "out.duckdb", "--format", "csv")).out,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What --json prints, as far as it is looked at here. */
interface Answer {
  readonly exit: number;
  readonly summary: string;
  readonly error: { readonly code: string };
  readonly result: {
    readonly run: string;
    readonly rows: number;
    readonly rejects: readonly Pick<RejectSet & RejectSet["head"], "run" | "stream" | "rows" | "replayed">[];
    readonly pipelines: readonly { readonly streams: readonly StreamReport[] }[];
  };
}

interface Project {
  readonly folder: string;
  write(name: string, text: string): Promise<void>;
  run(...words: string[]): ReturnType<typeof runLine>;
  json(...words: string[]): Promise<Answer>;
  rows(sql: string): Promise<string>;
}

const pipeline = (rest: string, source = "in.csv") =>
  `version: 1\nname: p\nsource: ${source}\ndestination: out.duckdb\ncontract: { rows: reject }\nstreams:\n  - { name: in, ${rest} }\n`;
const CSV = 'id,n,note\n1,1,a\n2,x,"b ""q"", c"\n3,3\n4,y,\n5,5,""\n';
const TYPED = "columns: { n: { type: bigint } }";
const lines = (...rows: string[]) => `${rows.join("\n")}\n`;

Deno.test("rejected rows are listed, shown and exported, and cleared after a question", () =>
  inProject({ "p.yaml": pipeline(TYPED), "in.csv": CSV }, async ({ run, json }) => {
    equal((await run("rejects")).out, "no rejected rows\n");
    equal((await json("rejects", "show")).error.code, "rejects.none");
    const loaded = await run("run", "p.yaml");
    equal(loaded.exit, 0);
    const id = /dteg rejects show (\S+)/.exec(loaded.out)?.[1] ?? "";
    match(loaded.out, /3 rows rejected: {2}dteg rejects show r/);

    const { rejects: [set], ...others } = (await json("rejects", "list", "--run", id)).result;
    deepEqual(others, {});
    deepEqual([set.run, set.stream, set.rows, set.replayed], [id, "in", 3, 0]);
    match((await run("runs", "show", id)).out, /rejected/);

    const shown = (await run("rejects", "show", "last")).out;
    match(shown, /in\.csv:3 +n: "x" is no bigint +\{"id":"2","n":"x","note":"b \\"q\\", c"\}/);
    match(shown, /in\.csv:4 +the row has 2 fields, the header has 3 +3,3/);
    match((await run("rejects", "show", id, "--limit", "1")).out, /… 2 more rows/);

    const exported = lines(...(await run("rejects", "export", id)).out.trim().split("\n"));
    deepEqual(exported.trim().split("\n").map((line) => JSON.parse(line).line), [4, 3, 5]);
    equal((await run("rejects", "export", id, "--to", "out.duckdb")).exit, 0);
    const copied = await run(
      "query",
      "SELECT line, code FROM rejects ORDER BY 1",
      "--on",
      "out.duckdb",
      "--format",
      "csv",
    );
    equal(copied.out, lines("line,code", "3,data.value", "4,csv.row_width", "5,data.value"));

    equal((await json("rejects", "clear")).error.code, "argument.missing");
    equal((await json("rejects", "clear", id)).error.code, "plan.confirm");
    equal((await json("rejects", "clear", "--older-than", "1d", "-y")).result.rows, 0);
    equal((await json("rejects", "clear", id, "-y")).result.rows, 3);
    equal((await run("rejects")).out, "no rejected rows\n");
  }));

Deno.test("a replay loads what fits by now, once, and keeps what does not with its new reason", () =>
  inProject({ "p.yaml": pipeline(TYPED), "in.csv": CSV }, async ({ run, json, rows, write }) => {
    await run("run", "p.yaml");
    equal(await rows('FROM "in" ORDER BY id'), lines("id,n,note", "1,1,a", '5,5,""'));
    const first = await json("rejects", "replay", "last");
    deepEqual([first.exit, first.summary], [0, "0 rows replayed; 2 rows failed again and stayed"]);

    await write("p.yaml", pipeline('columns: { n: { type: bigint, on_loss: "null" } }'));
    const second = await json("rejects", "replay", "last");
    const { read, written, rejected, changed } = second.result.pipelines[0].streams[0];
    deepEqual([read, written, rejected, changed], [2, 2, 0, [{ column: "n", to: "null", values: 2 }]]);
    const all = lines("id,n,note", "1,1,a", '2,,"b ""q"", c"', "4,,", '5,5,""');
    equal(await rows('FROM "in" ORDER BY id'), all);

    const third = await json("rejects", "replay", "last");
    deepEqual([third.exit, third.result], [0, null]);
    match(third.summary, /are replayed; 1 line of files that are no rows cannot be$/);
    equal(await rows('FROM "in" ORDER BY id'), all);
    const [set] = (await json("rejects")).result.rejects;
    deepEqual([set.rows, set.replayed], [3, 2]);
    match((await run("rejects", "show")).out, new RegExp(`in.csv:3 .* ${second.result.run}`));
  }));

Deno.test("a replay into a merge finds its rows by the key", () =>
  inProject({ "p.yaml": pipeline(`${TYPED}, write: merge, key: id`), "in.csv": CSV }, async (project) => {
    const { run, rows, write, json } = project;
    await run("run", "p.yaml");
    await write("in.csv", "id,n,note\n2,22,new\n");
    await run("run", "p.yaml");
    await write("p.yaml", pipeline('columns: { n: { type: bigint, on_loss: "null" } }, write: merge, key: id'));
    const { streams: [report] } = (await json("rejects", "replay", "last")).result.pipelines[0];
    deepEqual([report.read, report.inserted, report.updated], [2, 1, 1]);
    equal(
      await rows('FROM "in" ORDER BY id'),
      lines("id,n,note", "1,1,a", '2,,"b ""q"", c"', "4,,", '5,5,""'),
    );
  }));

Deno.test("a replay leaves the position of a stream where it is", () =>
  inProject({ "p.yaml": pipeline(`${TYPED}, cursor: id`), "in.csv": CSV }, async ({ run, rows, write, json }) => {
    equal((await json("run", "p.yaml")).result.pipelines[0].streams[0].cursor, "5");
    await write("p.yaml", pipeline('columns: { n: { type: bigint, on_loss: "null" } }, cursor: id'));
    equal((await json("rejects", "replay", "last")).result.pipelines[0].streams[0].written, 2);
    await write("in.csv", `${CSV}6,6,f\n`);
    const { streams: [report] } = (await json("run", "p.yaml")).result.pipelines[0];
    deepEqual([report.written, report.cursor], [1, "6"]);
    equal(await rows('SELECT id FROM "in" ORDER BY id'), lines("id", "1", "2", "4", "5", "6"));
    equal((await run("rejects")).exit, 0);
  }));

Deno.test("a row that two loads by cursor rejected is replayed once into an append with a key", () => {
  const rest = (type: string) => pipeline(`key: id, cursor: n, write: append, columns: { v: { ${type} } }`);
  return inProject(
    { "p.yaml": rest("type: bigint"), "in.csv": lines("id,n,v", "1,1,5", "2,2,x", "3,2,7") },
    async (project) => {
      const { json, write, rows } = project;
      const runs = [(await json("run", "p.yaml")).result.run, (await json("run", "p.yaml")).result.run];
      deepEqual((await json("rejects", "list")).result.rejects.map(({ rows }) => rows), [1, 1]);
      await write("p.yaml", rest('type: bigint, on_loss: "null"'));
      for (const run of runs) equal((await json("rejects", "replay", run)).exit, 0);
      equal(await rows('FROM "in" ORDER BY id'), lines("id,n,v", "1,1,5", "2,2,", "3,2,7"));
    },
  );
});

Deno.test("rows of a database come back as the types that they had", () =>
  inProject({}, async ({ folder, rows, write, json }) => {
    const make = "SELECT * FROM (VALUES " +
      "(1, [1, 2], {'a': 9007199254740993, 'b': 'x'}, TIMESTAMP '2024-01-01 00:00:00.5', '\\xFF'::BLOB, 1.5, DATE '2024-02-29'), " +
      "(2, NULL, NULL, NULL, NULL, 2, NULL)) v(id, l, s, t, b, n, d)";
    await makeDatabase(`${folder}/src.duckdb`, make);
    const stream = (loss: string) =>
      `version: 1\nname: q\nsource: src.duckdb\ndestination: out.duckdb\nstreams:\n  - { name: t, columns: { n: { type: bigint, on_loss: ${loss} } } }\n`;
    await write("q.yaml", stream("reject"));
    equal((await json("run", "q.yaml")).result.pipelines[0].streams[0].rejected, 1);
    await write("q.yaml", stream("allow"));
    const replayed = await json("rejects", "replay");
    equal(replayed.result.pipelines[0].streams[0].written, 1, JSON.stringify(replayed));
    equal(
      await rows("SELECT id, l::VARCHAR l, s.a a, t, b::VARCHAR b, n, d FROM t ORDER BY id"),
      lines("id,l,a,t,b,n,d", '1,"[1, 2]",9007199254740993,2024-01-01T00:00:00.500000,\\xFF,2,2024-02-29', "2,,,,,2,"),
    );
  }));

Deno.test("an ad hoc run is replayed from its record; a pipeline that is gone is told", () =>
  inProject({ "in.csv": CSV, "p.yaml": pipeline(TYPED) }, async ({ run, json, folder }) => {
    const set = ["--set", "contract.rows=reject", "--set", "streams[0].columns.n.type=bigint"];
    equal((await run("run", "in.csv", "--to", "out.duckdb", ...set)).exit, 0);
    equal((await json("rejects", "replay")).exit, 0);
    await run("run", "p.yaml");
    await Deno.remove(`${folder}/p.yaml`);
    equal((await json("rejects", "replay")).error.code, "pipeline.not_found");
  }));

Deno.test("values of masked columns are neither shown nor exported", () =>
  inProject({ "p.yaml": pipeline("columns: { n: { type: bigint }, note: { mask: hash } }"), "in.csv": CSV }, async (
    { run },
  ) => {
    await run("run", "p.yaml");
    const all = (await run("rejects", "show")).out + (await run("rejects", "export")).out;
    match(all, /"n":"x","note":"\[masked\]"/);
    equal(/b \\+"q|3,3/.test(all), false);
  }));

Deno.test("what a load left at its death shows only when the target knows the load, and goes otherwise", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dteg-rejects-" });
  try {
    const store = openRejectStore(folder);
    const head = {
      version: 1,
      run: "r1",
      pipeline: "p",
      path: null,
      stream: "s",
      target: "t",
      write: "append",
      key: [],
      masked: [],
      columns: null,
      process: { pid: 1, start: "0", space: "gone" },
      at: new Date(Date.now() - 2 * 86_400_000).toISOString(),
    } as const;
    const reject = {
      code: "data.value",
      column: "c",
      value: "x",
      wanted: "bigint",
      file: "f",
      line: 2,
      rowNumber: null,
    } as const;
    for (const [load, isCommitted] of [["a0", false], ["b1", true]] as const) {
      const writer = store.begin({ ...head, load });
      writer.add({ ...reject, key: null, row: { c: "x" } });
      writer.seal();
      deepEqual(store.list(), []);
      store.settle({ pipeline: "other", stream: "s" }, () => true);
      deepEqual(store.list(), []);
      store.settle(head, (one) => isCommitted && one === load);
      equal(store.list().length, isCommitted ? 1 : 0);
      equal([...Deno.readDirSync(`${folder}/rejects`)].length, isCommitted ? 1 : 0);
    }
    equal(store.prune({ days: 3 }), 0);
    equal(store.prune({ days: 1 }), 1);
    deepEqual([...Deno.readDirSync(`${folder}/rejects`)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
