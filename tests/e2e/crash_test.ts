import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type CrashCase, crashRounds, killProcess, seedOf } from "../harness/crash.ts";
import { chosenCases, inScene, lookAllTheTime, roundsOf, startVictim, temporaryFiles } from "../harness/victim.ts";
import { makeDatabase, readBack, writeQuery } from "../engine/load.ts";
import { binaryPath, call } from "./binary.ts";

const ROWS = 200_000;
const LOOK_EVERY = 20; // milliseconds
/** Rows of DuckDB; every third has a NULL, texts with what needs quotes. */
const rowsOf = (from: number, upTo: number, word: string) =>
  `SELECT i AS id, CASE WHEN i % 3 = 0 THEN NULL ELSE '${word}, "' || i || '"' END AS v, ` +
  `CAST(i / 4 AS DECIMAL(12,2)) AS n FROM range(${from}::BIGINT, ${upTo + 1}) r(i)`;
const OLD = rowsOf(1, 500, "old");
const NEW = rowsOf(1, ROWS, "new");

/** Rows as a multiset in one text; the types of a file may be others than those of the query. */
const digest = (from: string) =>
  `(SELECT count(*) || ':' || coalesce(sum(hash(id::VARCHAR, v, n::DECIMAL(12,2)::VARCHAR)), 0) FROM ${from})`;

let attached = 0;

async function digestOf(from: string, attach: string[] = []): Promise<string> {
  return String((await readBack(digest(from), attach)).rows[0][0]);
}

const digestOfRows = (query: string) => digestOf(`(${query})`);

interface Load {
  readonly args: readonly string[];
  readonly before: string;
  readonly after: string;
  /** The same after a second load, where that is not the same. */
  readonly twice?: string;
}

const wounds: CrashCase["wounds"] = { "kill -9 of dteg": killProcess };

const statesOf = ({ before, after, twice }: Load) => ({
  before: () => digestOfRows(before),
  after: () => digestOfRows(after),
  ...(twice !== undefined && { twice: () => digestOfRows(twice) }),
});

/** A load into table `t` of a DuckDB file. Nobody can look at the file while it is written. */
function intoDuckdb(folder: string, load: Load): CrashCase {
  const path = `${folder}/t.duckdb`;
  const attach = () => {
    const name = `crash${++attached}`;
    return { name, sql: [`ATTACH '${path}' AS ${name} (READ_ONLY)`] };
  };
  return {
    async prepare() {
      for (const file of [path, `${path}.wal`]) if (existsSync(file)) await Deno.remove(file);
      await makeDatabase(path, load.before);
    },
    start: () => startVictim(folder, ["in.csv", "--to", "t.duckdb", "--into", "main.t", ...load.args]),
    wounds,
    async target() {
      const { name, sql } = attach();
      return await digestOf(`${name}.t`, sql);
    },
    ...statesOf(load),
    async debris() {
      const { name, sql } = attach();
      const stages =
        `(SELECT table_name FROM duckdb_tables() WHERE database_name = '${name}' AND table_name LIKE '\\_dteg\\_stage%' ESCAPE '\\')`;
      return [...(await readBack(stages, sql)).rows.map(([table]) => String(table)), ...temporaryFiles(folder)];
    },
  };
}

/** A load into one file, whose old content another load has written. */
function intoFile(folder: string, name: string, load: Load): CrashCase {
  const path = `${folder}/out/${name}`;
  const reader = name.endsWith(".csv") ? "read_csv" : name.endsWith(".parquet") ? "read_parquet" : "read_json";
  let copies = 0;
  /** A reader opens the file once: what is behind that name later does not concern it. */
  const look = async () => {
    const copy = `${folder}/copy-${++copies}-${name}`;
    await Deno.copyFile(path, copy);
    const found = await digestOf(`${reader}('${copy}')`);
    await Deno.remove(copy);
    return found;
  };
  return {
    prepare: () => oldLoad(folder, `out/${name}`),
    start: () => startVictim(folder, ["in.csv", "--to", `out/${name}`, ...load.args]),
    wounds,
    target: look,
    ...statesOf(load),
    watch: () => lookAllTheTime(async () => [await look()], { every: LOOK_EVERY }),
    debris: () => Promise.resolve(debrisOf(folder, [name, `.${name}.dteg.json`])),
  };
}

/** A load into a folder of Parquet, read as its manifest says. */
function intoFolder(folder: string, load: Load): CrashCase {
  const inside = `${folder}/out/in`;
  const named = async (): Promise<readonly string[]> =>
    JSON.parse(await Deno.readTextFile(`${inside}/_dteg_manifest.json`)).files.map((file: { path: string }) =>
      file.path
    );
  const look = async () => {
    const files = (await named()).map((path) => `'${inside}/${path}'`);
    return await digestOf(`read_parquet([${files.join()}])`);
  };
  return {
    prepare: () => oldLoad(folder, "parquet://out/"),
    start: () => startVictim(folder, ["in.csv", "--to", "parquet://out/", ...load.args]),
    wounds,
    target: look,
    ...statesOf(load),
    watch: () =>
      lookAllTheTime(async () => {
        try {
          return [await look()];
        } catch (error) {
          if (!/No files found|No such file|Cannot open file/.test(String(error))) throw error; // replaced meanwhile: the manifest has others
        }
      }, { every: LOOK_EVERY }),
    async debris() {
      const kept = ["_dteg_manifest.json", ...await named()];
      const found = [...Deno.readDirSync(inside)].map(({ name }) => name).filter((name) => !kept.includes(name));
      return [...found, ...temporaryFiles(folder)];
    },
  };
}

/** Puts the old rows where the target will be, by a load of dteg. */
async function oldLoad(folder: string, to: string): Promise<void> {
  await Deno.mkdir(`${folder}/out`, { recursive: true });
  for (const { name } of Deno.readDirSync(`${folder}/out`)) {
    await Deno.remove(`${folder}/out/${name}`, { recursive: true });
  }
  const { code, stdout, stderr } = await startVictim(folder, ["old/in.csv", "--to", to]).ended;
  assert.equal(code, 0, stdout + stderr);
}

function debrisOf(folder: string, kept: readonly string[]): readonly string[] {
  const found = [...Deno.readDirSync(`${folder}/out`)].map(({ name }) => name).filter((name) => !kept.includes(name));
  return [...found, ...temporaryFiles(folder)];
}

const replace: Load = { args: ["-y"], before: OLD, after: NEW };
const append: Load = {
  args: ["--write", "append"],
  before: OLD,
  after: `${OLD} UNION ALL ${NEW}`,
  twice: `${OLD} UNION ALL ${NEW} UNION ALL ${NEW}`,
};
const merge: Load = {
  args: ["--write", "merge", "--key", "id"],
  before: `${rowsOf(-300, 0, "older")} UNION ALL ${OLD}`,
  after: `${rowsOf(-300, 0, "older")} UNION ALL ${NEW}`,
};

const CASES: Readonly<Record<string, (folder: string) => CrashCase>> = {
  "CSV to DuckDB, replace": (folder) => intoDuckdb(folder, replace),
  "CSV to DuckDB, append": (folder) => intoDuckdb(folder, append),
  "CSV to DuckDB, merge": (folder) => intoDuckdb(folder, merge),
  "CSV to a Parquet file": (folder) => intoFile(folder, "t.parquet", replace),
  "CSV to a CSV file": (folder) => intoFile(folder, "t.csv", replace),
  "CSV to an NDJSON file": (folder) => intoFile(folder, "t.ndjson", replace),
  "CSV to a folder, replace": (folder) => intoFolder(folder, replace),
  "CSV to a folder, append": (folder) => intoFolder(folder, append),
};

/** Runs that were killed are known as lost; none is taken to go on. */
async function checkRecords(folder: string): Promise<void> {
  const { code, stdout } = await call(["runs", "list", "--json"], { cwd: folder, env: { HOME: `${folder}/home` } });
  assert.equal(code, 0, stdout);
  const statuses = JSON.parse(stdout).result.runs.map(({ status }: { readonly status: string }) => status);
  assert.deepEqual(statuses.filter((status: string) => status !== "lost" && status !== "ok"), []);
}

Deno.test({
  name: "files and DuckDB: a load that is killed is made right by a plain rerun",
  ignore: !existsSync(binaryPath()),
  async fn(t) {
    const seed = seedOf("crash");
    for (const [name, make] of chosenCases(CASES)) {
      await t.step(name, () =>
        inScene(async (folder) => {
          await Deno.mkdir(`${folder}/old`);
          await writeQuery(OLD, `${folder}/old/in.csv`, "HEADER");
          await writeQuery(NEW, `${folder}/in.csv`, "HEADER");
          await crashRounds(make(folder), { rounds: roundsOf(), seed });
          await checkRecords(folder);
        }));
    }
  },
});
