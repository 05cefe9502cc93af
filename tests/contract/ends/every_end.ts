import type { End } from "../nasty.ts";
import { openClient } from "./client.ts";
import { csvPlug } from "./csv.ts";
import { duckdbPlug } from "./duckdb.ts";
import { jsonPlug, ndjsonPlug } from "./json.ts";
import { mysqlPlug } from "./mysql.ts";
import { parquetPlug } from "./parquet.ts";
import type { Bench, Plug } from "./plug.ts";
import { postgresPlug } from "./postgres.ts";

/** Ends of dteg, ready to be filled and read, and their folder. */
export interface Ends extends AsyncDisposable {
  readonly bench: Bench;
  readonly plugs: readonly Plug[];
}

/** Opens the ends that are asked for, all unless said. */
export async function openEnds(wanted?: readonly End[]): Promise<Ends> {
  const bench: Bench = { folder: await Deno.makeTempDir({ prefix: "dteg-contract-" }) };
  const client = await openClient();
  const made: Readonly<Record<End, () => Plug | Promise<Plug>>> = {
    csv: () => csvPlug(bench),
    ndjson: () => ndjsonPlug(bench),
    json: () => jsonPlug(bench),
    parquet: () => parquetPlug(bench, client),
    duckdb: () => duckdbPlug(bench, client),
    postgres: () => postgresPlug(),
    mysql: () => mysqlPlug(),
  };
  const names = wanted ?? Object.keys(made) as End[];
  const plugs = await Promise.all(names.map((name) => made[name]()));
  return {
    bench,
    plugs,
    async [Symbol.asyncDispose]() {
      for (const plug of plugs) await plug[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
      await Deno.remove(bench.folder, { recursive: true });
    },
  };
}
