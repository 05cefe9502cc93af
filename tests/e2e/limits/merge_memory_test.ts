import { deepEqual, equal, ok } from "node:assert/strict";
import { asUser } from "../user.ts";

/** More than DuckDB's share of 256 MB joins at once; ten million with `--long`. */
const ROWS = Deno.env.get("DTEG_LONG") === "1" ? 10_000_000 : 1_500_000;

Deno.test("--max-memory 256MB holds for a merge of more rows than it joins at once, one in a thousand changed", () =>
  asUser(async (user) => {
    const rows = (changed: string) =>
      `SELECT range AS id, md5(range::VARCHAR) AS name, CASE WHEN range % 1000 = 0 THEN ${changed} ELSE range END AS n FROM range(${ROWS})`;
    user.write(
      "a.yaml",
      `version: 1\nsource: x.duckdb\nstreams: [{ name: s, sql: "${rows("0")}" }]\ndestination: a.parquet\n`,
    );
    user.write(
      "b.yaml",
      `version: 1\nsource: x.duckdb\nstreams: [{ name: s, sql: "${rows("-1")}" }]\ndestination: b.parquet\n`,
    );
    await user.load(["--from", "-", "--to", "x.duckdb"], { input: "id\n1\n" });
    for (const name of ["a.yaml", "b.yaml"]) await user.load([name]);
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
    for (const [from, inserted, updated] of [["a.parquet", ROWS, 0], ["b.parquet", 0, ROWS / 1000]] as const) {
      const { code, megabytes, stdout } = await user.dteg(["run", from, ...merge]);
      equal(code, 0, stdout);
      const [stream] = JSON.parse(stdout).result.pipelines[0].streams;
      deepEqual([stream.inserted, stream.updated, stream.unchanged], [inserted, updated, ROWS - inserted - updated]);
      ok(megabytes <= 256, `${megabytes} MB`);
    }
    deepEqual(await user.rows("SELECT count(*), count(DISTINCT id), count(*) FILTER (n = -1) FROM t", "m.duckdb"), [
      `${ROWS},${ROWS},${ROWS / 1000}`,
    ]);
  }));
