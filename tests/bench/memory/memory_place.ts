import { openServer as openMariadb } from "../../mysql/server.ts";
import { openServer as openPostgres } from "../../postgres/server.ts";
import { LOGIN } from "../mysql/mariadb_command.ts";
import { filePath, type Shape } from "./memory_data.ts";

export const ENDS = ["csv", "ndjson", "parquet", "duckdb", "postgres", "mysql"] as const;
export type End = typeof ENDS[number];

/** Tables that rows are merged into; a file is replaced only. */
export const isTable = (end: End): boolean => end === "duckdb" || end === "postgres" || end === "mysql";

/** The servers, if any, and what is where in them. */
export interface MemoryPlace extends AsyncDisposable {
  /** A database of a server: `src` or `dst`. */
  url(end: End, database: string): string;
}

/** Starts the servers that some pairs need. */
export async function openMemoryPlace(ends: ReadonlySet<End>): Promise<MemoryPlace> {
  await using stack = new AsyncDisposableStack();
  const urls = new Map<End, (database: string) => string>();
  if (ends.has("postgres")) {
    const server = stack.use(await openPostgres({ settings: { max_wal_size: "8GB" } }));
    for (const db of ["src", "dst"]) await server.createDatabase(db);
    urls.set("postgres", (db) => server.url(db));
  }
  if (ends.has("mysql")) {
    const server = stack.use(
      await openMariadb({ options: { "innodb-buffer-pool-size": "512M", "max-allowed-packet": "64M" } }),
    );
    for (const db of ["src", "dst"]) await server.createDatabase(db);
    for (const host of ["localhost", "127.0.0.1"]) {
      const user = `'${LOGIN.user}'@'${host}'`;
      await server.sql(`CREATE USER ${user} IDENTIFIED BY '${LOGIN.password}'; GRANT ALL ON *.* TO ${user}`);
    }
    urls.set("mysql", (db) => server.url(db, LOGIN));
  }
  const servers = stack.move();
  return {
    url(end, database) {
      const make = urls.get(end);
      if (!make) throw new Error(`${end} was not started`);
      return make(database);
    },
    [Symbol.asyncDispose]: () => servers.disposeAsync(),
  };
}

/** One state of a shape. */
export interface State {
  readonly shape: Shape;
  readonly rows: number;
  readonly folder: string;
  readonly changed: boolean;
}

/** The words of `dteg run` that read it. */
export function sourceWords(end: End, state: State, place: MemoryPlace): readonly string[] {
  if (!isTable(end)) return [filePath(state.shape, { ...state, suffix: end })];
  if (end === "duckdb") return ["--from", filePath(state.shape, { ...state, suffix: end }), "--stream", "t"];
  return ["--from", place.url(end, "src"), "--stream", tableName(state)];
}

/** The table of a state on a server. */
export const tableName = ({ shape, changed }: Pick<State, "shape" | "changed">) =>
  `${shape.name}_${changed ? "changes" : "base"}`;
