import assert from "node:assert/strict";
import { asUser } from "./user.ts";

Deno.test("a wrong value in the last of a million rows leaves the old target as it was", () =>
  asUser(async (user) => {
    user.write("old.csv", "id,v\n-1,1\n");
    const rows = Array.from({ length: 1_000_000 }, (_, id) => `${id},${id}\n`);
    user.write("big.csv", `id,v\n${rows.join("")}1000000,oops\n`);
    for (const to of ["t.duckdb", "t.csv"]) {
      const pipeline = (from: string) =>
        `version: 1\nname: p\nsource: { use: file, config: { path: ${from} } }\nstreams: [{ name: ${
          from.slice(0, -4)
        }, into: t, ` +
        `columns: { v: { type: bigint } } }]\ndestination: ${to}\n`;
      user.write("old.yaml", pipeline("old.csv"));
      user.write("big.yaml", pipeline("big.csv"));
      await user.load(["old.yaml"]);
      const { code, exit, message } = await user.fails(["run", "big.yaml"]);
      assert.deepEqual([to, code, exit, /"v".*"oops"/.test(message)], [to, "data.value", 1, true]);
      assert.deepEqual(await user.rows("FROM t", to), ["-1,1"]);
      assert.deepEqual(user.debris(), []);
    }
  }));

Deno.test("a type that was guessed too narrow is guessed again, and no value changes", () =>
  asUser(async (user) => {
    const rows = Array.from({ length: 150_000 }, (_, id) => `${id},${id}\n`);
    user.write("t.csv", `id,v\n${rows.join("")}150000,007\n`);
    assert.equal((await user.load(["t.csv"])).written, 150_001);
    assert.deepEqual(await user.rows("SELECT typeof(v), v FROM t WHERE id IN (5, 150000) ORDER BY id"), [
      "VARCHAR,5",
      "VARCHAR,007",
    ]);
  }));

Deno.test("of thirty files one that cannot be read fails alone, exit 5; with on_error: stop no more are begun", () =>
  asUser(async (user) => {
    for (let n = 10; n < 40; n++) user.write(`in/f${n}.csv`, n === 12 ? 'id\n"1\n' : `id\n${n}\n`);
    const pipeline = (onError: string) =>
      `version: 1\nname: p\nsource: { use: file, config: { path: in/ } }\nstreams: [${
        Array.from({ length: 30 }, (_, n) => `{ name: f${n + 10} }`).join(", ")
      }]\ndestination: { use: duckdb, config: { path: ${onError}.duckdb } }\non_error: ${onError}\n`;
    const statuses = async (onError: string, ...flags: readonly string[]) => {
      user.write("p.yaml", pipeline(onError));
      const { code, stdout } = await user.dteg(["run", "p.yaml", "--json", ...flags]);
      const { result, error } = JSON.parse(stdout);
      const streams: { status: string }[] = result.pipelines[0].streams;
      const counted = Map.groupBy(streams, ({ status }) => status);
      return {
        code,
        error: error.code,
        status: result.status,
        counts: [...counted].map(([k, v]) => `${k} ${v.length}`),
      };
    };
    assert.deepEqual(await statuses("continue", "--threads", "4"), {
      code: 5,
      error: "csv.quote",
      status: "partial",
      counts: ["ok 29", "failed 1"],
    });
    assert.deepEqual(
      await user.rows("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'f%'", "continue.duckdb"),
      ["29"],
    );
    assert.deepEqual(await statuses("stop", "--threads", "1"), {
      code: 5,
      error: "csv.quote",
      status: "partial",
      counts: ["ok 2", "failed 1", "skipped 27"],
    });
  }));

Deno.test("a small load into Parquet takes less than a second", () =>
  asUser(async (user) => {
    user.write("a.csv", `id,v\n${Array.from({ length: 10 }, (_, id) => `${id},x\n`).join("")}`);
    const calls = [];
    for (let n = 0; n < 4; n++) calls.push(await user.dteg(["run", "--from", "a.csv", "--to", "a.parquet"]));
    const best = Math.min(...calls.map(({ seconds }) => seconds));
    assert.ok(best < 1, `${best} s`);
  }));

Deno.test("--max-memory 256MB holds for two million rows", () =>
  asUser(async (user) => {
    const part = Array.from({ length: 500_000 }, (_, id) =>
      `${id},name ${(id * 7919) % 1e9},${id}.25,2024-01-01T00:00:00\n`);
    using file = await Deno.open(`${user.folder}/big.csv`, { write: true, create: true });
    const bytes = new TextEncoder().encode(part.join(""));
    await file.write(new TextEncoder().encode("id,name,amount,at\n"));
    for (let n = 0; n < 4; n++) {
      for (let at = 0; at < bytes.length;) {
        at += await file.write(bytes.subarray(at));
      }
    }
    for (const to of ["big.duckdb", "big.parquet"]) {
      const run = ["run", "--from", "big.csv", "--to", to, "--max-memory", "256MB", "--threads", "2"];
      const { code, megabytes } = await user.dteg(run);
      assert.equal(code, 0);
      assert.ok(megabytes <= 256, `${megabytes} MB into ${to}`);
    }
  }));

Deno.test("--max-memory 256MB holds for a merge of a million rows into a million, all changed", () =>
  asUser(async (user) => {
    const header = "id,name,note,amount,at\n";
    const rows = (note: string) =>
      Array.from(
        { length: 1_000_000 },
        (_, id) =>
          `${id},name ${(id * 7919) % 1e9},${note} ${
            (id * 31) % 1e5
          } of a text that is a bit longer,${id}.25,2024-01-01T00:00:00\n`,
      );
    user.write("a.csv", header + rows("first").join(""));
    user.write("b.csv", header + rows("second").join(""));
    for (const [from, updated] of [["a.csv", 0], ["b.csv", 1_000_000], ["b.csv", 0]] as const) {
      const merge = [
        "--to",
        "m.duckdb",
        "--into",
        "t",
        "--write",
        "merge",
        "--key",
        "id",
        "--max-memory",
        "256MB",
        "--json",
      ];
      const { code, megabytes, stdout } = await user.dteg(["run", "--from", from, ...merge]);
      assert.equal(code, 0, stdout);
      assert.equal(JSON.parse(stdout).result.pipelines[0].streams[0].updated, updated);
      assert.ok(megabytes <= 256, `${megabytes} MB`);
    }
    assert.deepEqual(
      await user.rows("SELECT count(*), count(DISTINCT id), count(*) FILTER (note LIKE 'second%') FROM t", "m.duckdb"),
      [
        "1000000,1000000,1000000",
      ],
    );
    assert.equal((await user.dteg(["run", "--from", "m.duckdb", "--stream", "t", "--to", "t.ndjson"])).code, 0);
    const { code, megabytes } = await user.dteg([
      "run",
      "--from",
      "t.ndjson",
      "--to",
      "t.parquet",
      "--max-memory",
      "256MB",
    ]);
    assert.deepEqual([code, megabytes <= 256], [0, true], `${megabytes} MB`);
  }));

Deno.test("--max-temp is a limit, and reaching it is told", () =>
  asUser(async (user) => {
    await user.load(["--from", "-", "--to", "t.duckdb"], { input: "id\n1\n" });
    const sorted =
      "SELECT row_number() OVER (ORDER BY hash(a.range)) AS h, md5(a.range::VARCHAR) || md5((-a.range)::VARCHAR) AS v FROM range(3000000) a";
    user.write(
      "p.yaml",
      `version: 1\nname: p\nsource: t.duckdb\nstreams: [{ name: s, sql: "${sorted}" }]\ndestination: s.parquet\n`,
    );
    const run = ["run", "p.yaml", "--max-memory", "256MB"];
    assert.equal((await user.fails([...run, "--max-temp", "10MB"])).code, "environment.disk_full");
    assert.deepEqual([user.debris(), user.list().includes("s.parquet")], [[], false]);
    assert.equal((await user.load(run.slice(1))).written, 3_000_000);
  }));
