import { openServer as openMariadb, type TestServer as Mariadb } from "../mysql/server.ts";
import { openServer as openPostgres, type TestServer as Postgres } from "../postgres/server.ts";
import type { SourceEnd, TargetEnd } from "./ends/end.ts";
import { csvSource, duckdbTarget, parquetTarget } from "./ends/file_ends.ts";
import { mysqlSource, mysqlTarget } from "./ends/mysql_end.ts";
import { postgresSource, postgresTarget } from "./ends/postgres_end.ts";
import type { Change } from "./rows.ts";

/** How a stream is written, and what its source may do between two loads. */
export interface Mode {
  readonly name: string;
  readonly stream: Readonly<Record<string, unknown>>;
  readonly change: Change;
}

const REPLACE: Mode = { name: "replace", stream: { write: "replace" }, change: "all is another" };
const APPEND: Mode = {
  name: "append by cursor",
  stream: { write: "append", cursor: "at" },
  change: "rows are added",
};
const MERGE: Mode = {
  name: "merge by cursor",
  stream: { write: "merge", key: "id", cursor: "at" },
  change: "rows are added and changed",
};
const MERGE_ALL: Mode = {
  name: "merge of all rows",
  stream: { write: "merge", key: "id" },
  change: "rows are added and changed",
};

/** The servers of all pairs; each starts when a pair wants it first. */
export interface Servers extends AsyncDisposable {
  postgres(): Promise<Postgres>;
  mariadb(): Promise<Mariadb>;
}

export function lazyServers(): Servers {
  let postgres: Promise<Postgres> | undefined, mariadb: Promise<Mariadb> | undefined;
  return {
    postgres: () => postgres ??= openPostgres(),
    mariadb: () => mariadb ??= openMariadb(),
    async [Symbol.asyncDispose]() {
      for (const one of [postgres, mariadb]) await (await one)?.[Symbol.asyncDispose]();
    },
  };
}

/** A source and a target that rounds are done on. */
export interface Pair extends AsyncDisposable {
  readonly source: SourceEnd;
  readonly target: TargetEnd;
  readonly modes: readonly Mode[];
}

interface PairKind {
  /** As the documentation calls it. */
  readonly title: string;
  readonly modes: readonly Mode[];
  source(servers: Servers, folder: string): Promise<SourceEnd>;
  target(servers: Servers, folder: string): Promise<TargetEnd>;
}

const fromPostgres: PairKind["source"] = async (servers, folder) =>
  await postgresSource(await servers.postgres(), folder);
const intoPostgres: PairKind["target"] = async (servers) => await postgresTarget(await servers.postgres());

export const PAIRS = {
  "pg-duckdb": {
    title: "PostgreSQL to DuckDB",
    modes: [REPLACE, APPEND, MERGE],
    source: fromPostgres,
    target: (_, folder) => Promise.resolve(duckdbTarget(folder)),
  },
  "csv-pg": {
    title: "CSV to PostgreSQL",
    modes: [MERGE, MERGE_ALL],
    source: (_, folder) => Promise.resolve(csvSource(folder)),
    target: intoPostgres,
  },
  "pg-parquet": {
    title: "PostgreSQL to Parquet",
    modes: [REPLACE, APPEND],
    source: fromPostgres,
    target: (_, folder) => Promise.resolve(parquetTarget(folder)),
  },
  "my-pg": {
    title: "MariaDB to PostgreSQL",
    modes: [REPLACE, APPEND, MERGE],
    source: async (servers, folder) => await mysqlSource(await servers.mariadb(), folder),
    target: intoPostgres,
  },
  "pg-my": {
    title: "PostgreSQL to MariaDB",
    modes: [REPLACE, APPEND, MERGE],
    source: fromPostgres,
    target: async (servers) => await mysqlTarget(await servers.mariadb()),
  },
} satisfies Readonly<Record<string, PairKind>>;

export type PairName = keyof typeof PAIRS;

/** Opens a pair in a folder that servers may read. */
export async function openPair(name: PairName, servers: Servers, folder: string): Promise<Pair> {
  const kind: PairKind = PAIRS[name];
  const source = await kind.source(servers, folder);
  const target = await kind.target(servers, folder);
  return {
    source,
    target,
    modes: kind.modes,
    async [Symbol.asyncDispose]() {
      await target[Symbol.asyncDispose]();
      await source[Symbol.asyncDispose]();
    },
  };
}

/** The pipeline file of a mode, as text. */
export function pipelineOf({ source, target }: Pair, { stream }: Mode): string {
  const typed = { n: { type: "decimal(12,2)" }, at: { type: "timestamp" }, id: { type: "bigint" } };
  return JSON.stringify({
    version: 1,
    name: "chaos",
    source: source.config,
    streams: [{ name: source.stream, into: target.into, columns: typed, ...stream }],
    destination: target.config,
    retry: { attempts: 3, delay: "100ms", max_delay: "1s" },
  });
}
