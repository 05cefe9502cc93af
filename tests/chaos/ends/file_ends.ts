import { existsSync } from "node:fs";
import { readBack } from "../../engine/load.ts";
import { csvOf } from "../rows.ts";
import { digestQuery, NONE, type SourceEnd, type TargetEnd } from "./end.ts";

const query = (from: string) =>
  `(${
    digestQuery({
      from,
      line:
        `concat(id, '|', COALESCE(v, '<null>'), '|', CAST(n AS DECIMAL(12,2)), '|', strftime("at", '%Y-%m-%d %H:%M:%S.%f'))`,
      md5: (text) => `md5(${text})`,
      number: (hex) => `('0x' || ${hex})::BIGINT`,
      text: (parts) => parts.map((part) => `(${part})`).join(" || ':' || "),
    })
  })`;

const digestOf = async (from: string, attach: string[] = []) =>
  String((await readBack(query(from), attach)).rows[0][0]);

/** One CSV. */
export function csvSource(folder: string): SourceEnd {
  return {
    config: { use: "file", config: { path: "src.csv" } },
    stream: "src",
    put: (rows) => Deno.writeTextFile(`${folder}/src.csv`, csvOf(rows)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A folder of Parquet, read as its manifest says. */
export function parquetTarget(folder: string): TargetEnd {
  const out = `${folder}/out`, inside = `${out}/t`, manifest = `${inside}/_dteg_manifest.json`;
  const named = async (): Promise<readonly string[]> =>
    existsSync(manifest)
      ? JSON.parse(await Deno.readTextFile(manifest)).files.map((file: { readonly path: string }) => file.path)
      : [];
  const digest = async () => {
    const files = await named();
    return files.length === 0 ? NONE : await digestOf(`read_parquet([${files.map((path) => `'${inside}/${path}'`)}])`);
  };
  return {
    config: { use: "file", config: { path: "out/", format: "parquet" } },
    into: "t",
    files: out,
    async clear() {
      for (const { name } of Deno.readDirSync(out)) await Deno.remove(`${out}/${name}`, { recursive: true });
    },
    digest,
    async look() {
      try {
        return await digest();
      } catch (error) {
        if (!/No files found|No such file|Cannot open file/.test(String(error))) throw error; // replaced meanwhile: the manifest has others
      }
    },
    async debris() {
      const kept = ["_dteg_manifest.json", ...await named()];
      const found = [...Deno.readDirSync(inside)].map(({ name }) => name).filter((name) => !kept.includes(name));
      return [...found, ...[...Deno.readDirSync(out)].map(({ name }) => name).filter((name) => name !== "t")];
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

let attached = 0;

/** A table of a database file. Nobody can look at the file while it is written. */
export function duckdbTarget(folder: string): TargetEnd {
  const out = `${folder}/out`, path = `${out}/t.duckdb`;
  const inside = async <T>(use: (name: string, attach: string[]) => Promise<T>) => {
    const name = `chaos${++attached}`;
    return await use(name, [`ATTACH '${path}' AS ${name} (READ_ONLY)`]);
  };
  const tables = (like: string) =>
    inside(async (name, attach) =>
      (await readBack(
        `(SELECT table_name FROM duckdb_tables() WHERE database_name = '${name}' AND regexp_matches(table_name, '${like}'))`,
        attach,
      )).rows.map(([table]) => String(table))
    );
  return {
    config: { use: "duckdb", config: { path: "out/t.duckdb" } },
    into: "main.t",
    files: out,
    async clear() {
      for (const { name } of Deno.readDirSync(out)) await Deno.remove(`${out}/${name}`, { recursive: true });
    },
    async digest() {
      if (!existsSync(path) || (await tables("^t$")).length === 0) return NONE;
      return await inside((name, attach) => digestOf(`${name}.t`, attach));
    },
    async debris() {
      const files = [...Deno.readDirSync(out)].map(({ name }) => name).filter((name) => name !== "t.duckdb");
      return [...await tables("^_dteg_(stage|mark|old)"), ...files];
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
