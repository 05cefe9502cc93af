import { deepEqual, equal, match, ok } from "node:assert/strict";
import { asUser, type User } from "../user.ts";

const LONG = Deno.env.get("DTEG_LONG") === "1";
const ROWS = LONG ? 1000 : 120;

/** Rows with a field of 1 MB each. */
function writeWide(user: User): void {
  const doc = (row: number) => `${row} `.repeat(1_000_000 / `${row} `.length);
  user.write("in.csv", "id,doc\n");
  using file = Deno.openSync(`${user.folder}/in.csv`, { append: true });
  for (let row = 0; row < ROWS; row++) file.writeSync(new TextEncoder().encode(`${row},${doc(row)}\n`));
}

const COUNTS = "SELECT count(*), count(DISTINCT doc), min(length(doc)) > 999000, sum(CAST(id AS BIGINT)) FROM";
const WANTED = [`${ROWS},${ROWS},true,${ROWS * (ROWS - 1) / 2}`];

Deno.test("fields of 1 MB go through 256 MB from file to file, and out of DuckDB", () =>
  asUser(async (user) => {
    writeWide(user);
    const made = await user.dteg(["run", "in.csv", "--to", "in.duckdb", "--into", "t", "--max-memory", "4GB"]);
    equal(made.code, 0, made.stderr);
    const jobs = [
      ["in.csv", "--to", "a.csv"],
      ["in.csv", "--to", "b.parquet"],
      ["--from", "in.duckdb", "--stream", "t", "--to", "c.ndjson"],
      ["--from", "in.duckdb", "--stream", "t", "--to", "d.csv"],
      ["--from", "c.ndjson", "--to", "e.csv"],
    ];
    for (const job of jobs) {
      const { code, megabytes, stdout, stderr } = await user.dteg(["run", ...job, "--max-memory", "256MB", "--json"]);
      equal(code, 0, `${job}: ${stdout}${stderr}`);
      ok(megabytes <= 256, `${job}: ${megabytes} MB`);
      deepEqual(await user.rows(`${COUNTS} ${job.at(-1)!.split(".")[0]}`, job.at(-1)), WANTED, `${job}`);
    }
  }));

Deno.test("where rows are too wide for the memory the error names the memory that would do, and it does", () =>
  asUser(async (user) => {
    writeWide(user);
    const load = ["run", "in.csv", "--to", "out.duckdb", "--into", "t", "--json"];
    const refused = await user.dteg([...load, "--max-memory", "256MB"]);
    const { error } = JSON.parse(refused.stdout);
    deepEqual([error.code, user.debris()], ["memory.row_too_wide", []]);
    match(error.hint, /--max-memory \d+MB/);
    const { code, stdout } = await user.dteg([...load, "--max-memory", /\d+MB/.exec(error.hint)![0]]);
    equal(code, 0, stdout);
    deepEqual(await user.rows(`${COUNTS} t`, "out.duckdb"), WANTED);
  }));
