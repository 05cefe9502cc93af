import assert from "node:assert/strict";
import { asUser, type User } from "./user.ts";

const LONG = Deno.env.get("DTEG_LONG") === "1";
const ROWS = 3_000_000;
const OLD = "id,v\n-1,old\n";

/** A CSV of so many rows, written in one go. */
function bigCsv(path: string, rows: number): void {
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  const encoder = new TextEncoder();
  file.writeSync(encoder.encode("id,v\n"));
  const filler = "x".repeat(40);
  for (let from = 0; from < rows; from += 100_000) {
    const lines = Array.from({ length: Math.min(100_000, rows - from) }, (_, at) => `${from + at},${filler}\n`);
    const bytes = encoder.encode(lines.join(""));
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Target {
  readonly to: readonly string[];
  /** Rows of the target as a reader of it sees them. */
  rows(user: User): Promise<number>;
}

const TARGETS: Readonly<Record<string, Target>> = {
  "a DuckDB table": {
    to: ["--to", "t.duckdb"],
    rows: async (user) => Number((await user.rows("SELECT count(*) FROM big", "t.duckdb"))[0]),
  },
  "a Parquet file": {
    to: ["--to", "big.parquet"],
    rows: async (user) => Number((await user.rows("SELECT count(*) FROM big", "big.parquet"))[0]),
  },
  "a JSON file": {
    to: ["--to", "big.json.gz"],
    rows: async (user) => Number((await user.rows("SELECT count(*) FROM big", "big.json.gz"))[0]),
  },
  "a folder that is added to": {
    to: ["--to", "csv://out/", "--write", "append"],
    rows: (user) => {
      const { files } = JSON.parse(user.read("out/big/_dteg_manifest.json"));
      const lines = files.map(({ path }: { path: string }) => user.read(`out/big/${path}`).split("\n").length - 2);
      return Promise.resolve(lines.reduce((sum: number, count: number) => sum + count, 0));
    },
  },
};

async function stagesOf(user: User): Promise<string[]> {
  if (!user.list().includes("t.duckdb")) return [];
  return await user.rows(
    "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '\\_dteg\\_stage%' ESCAPE '\\'",
    "t.duckdb",
  );
}

Deno.test("Ctrl-C and SIGTERM in a big load: out in time with 130 or 143, the target as it was, nothing left, the run on record", () =>
  asUser(async (user) => {
    user.write("old/big.csv", OLD);
    bigCsv(`${user.folder}/big.csv`, ROWS);
    for (const [index, { to, rows }] of Object.values(TARGETS).entries()) {
      const whole = await user.load(["--from", "big.csv", ...to, "-y"]);
      if (to.includes("append")) Deno.removeSync(`${user.folder}/out`, { recursive: true });
      await user.load(["--from", "old/big.csv", ...to]);
      const [signal, exit] = index % 2 ? ["SIGTERM", 143] as const : ["SIGINT", 130] as const;
      const child = user.start(["run", "--from", "big.csv", ...to, "--json"]);
      await pause(200 + whole.seconds * 500);
      child.kill(signal);
      const asked = performance.now();
      const { code, stdout } = await child.output();
      assert.equal(code, exit, to.join(" "));
      assert.ok(performance.now() - asked < 10_000);
      const { error, result } = JSON.parse(new TextDecoder().decode(stdout));
      assert.deepEqual([error.code, result.status], ["cancelled", "cancelled"]);
      assert.deepEqual([await rows(user), user.debris(), await stagesOf(user)], [1, [], []], to.join(" "));
      const { stdout: shown } = await user.dteg(["runs", "show", result.run, "--json"]);
      assert.match(shown, /"status":"cancelled"/);
    }
  }));

Deno.test("a second Ctrl-C ends at once, and so does one while standard input is waited for", () =>
  asUser(async (user) => {
    await new Deno.Command("mkfifo", { args: [`${user.folder}/p.csv`] }).output();
    for (const signals of [["SIGINT"], ["SIGINT", "SIGINT"], ["SIGTERM"]] as const) {
      const child = user.start(["run", "--from", "p.csv", "--to", "x.csv"]);
      await pause(500);
      const asked = performance.now();
      for (const signal of signals) child.kill(signal);
      const { code } = await child.output();
      assert.equal(code, signals[0] === "SIGINT" ? 130 : 143);
      assert.ok(performance.now() - asked < 2000);
    }
  }));

for (const [what, { to, rows }] of Object.entries(TARGETS).filter(([what]) => LONG || what !== "a JSON file")) {
  Deno.test(`kill -9 at any moment of a load into ${what}: readers see whole loads only, and a plain run makes it right`, () =>
    asUser(async (user) => {
      const count = 400_000, isAppend = to.includes("append"), isFile = !to.includes("t.duckdb");
      user.write("old/big.csv", OLD);
      bigCsv(`${user.folder}/big.csv`, count);
      await user.load(["--from", "old/big.csv", ...to]);
      const whole = await user.load(["--from", "big.csv", ...to]);
      let seen = await rows(user);
      for (let round = 0; round < (LONG ? 30 : 5); round++) {
        const child = user.start(["run", "--from", "big.csv", ...to, "-q"]);
        const end = child.output();
        await pause(Math.random() * whole.seconds * 1400);
        try {
          child.kill("SIGKILL");
        } catch {
          // it had ended
        }
        await end;
        const now = await rows(user);
        assert.ok(isAppend ? now === seen || now === seen + count : now === count, `${now} rows, ${seen} before`);
        seen = now;
      }
      const { written } = await user.load(["--from", "big.csv", ...to]);
      assert.deepEqual([written, await rows(user)], [count, isAppend ? seen + count : count]);
      assert.deepEqual([user.debris(), await stagesOf(user)], [[], []]);
      if (isFile && isAppend) {
        const { files } = JSON.parse(user.read("out/big/_dteg_manifest.json"));
        assert.equal(user.list("out/big").length, files.length + 1);
      }
    }));
}

Deno.test("a reader that looks all the time sees the old file or the new one", () =>
  asUser(async (user) => {
    user.write("old.csv", OLD);
    bigCsv(`${user.folder}/new.csv`, 300_000);
    await user.load(["--from", "old.csv", "--to", "t.csv"]);
    const size = (await Deno.stat(`${user.folder}/new.csv`)).size;
    const seen = new Set<number>();
    const load = user.load(["--from", "new.csv", "--to", "t.csv"]);
    let ended = false;
    const end = load.then(() => ended = true);
    while (!ended) {
      const { size } = await Deno.stat(`${user.folder}/t.csv`);
      seen.add(size);
      await pause(1);
    }
    await end;
    seen.add((await Deno.stat(`${user.folder}/t.csv`)).size);
    assert.deepEqual([...seen], [OLD.length, size]);
  }));
