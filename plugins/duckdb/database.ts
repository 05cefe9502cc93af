import { basename, dirname, isAbsolute, join } from "node:path";
import { DtegError, type DuckSession, type Host, nearest, quoteText, type TableName } from "../../sdk/mod.ts";
import type { DuckdbConfig } from "./mod.ts";

/** Tables and views that dteg keeps for itself. */
export const OWN_PREFIX = "_dteg_";

/** Absolute path of the database file. */
export function databasePath({ path }: DuckdbConfig, host: Host): string {
  return isAbsolute(path) ? path : join(host.folder, path);
}

/** Attaches the file to be read. It must be there. */
export async function openToRead(config: DuckdbConfig, host: Host): Promise<{ session: DuckSession; catalog: string }> {
  const path = databasePath(config, host);
  refuseFolder(path, config);
  if (!isFile(path)) {
    throw new DtegError("file.not_found", `cannot open "${config.path}": there is no such database file`, {
      path: config.path,
      hint: hintFor(path, config.path),
    });
  }
  const session = await host.duckdb();
  return { session, catalog: await session.attach(path, { readOnly: true }) };
}

/** Throws `target.is_folder` where a folder stands in the place of the database. */
export function refuseFolder(path: string, config: DuckdbConfig): void {
  if (!isFolder(path)) return;
  throw new DtegError(
    "target.is_folder",
    `cannot open "${config.path}": a folder stands there, wanted a database file`,
    {
      path: config.path,
      hint: "name the file in it, or another path",
    },
  );
}

function hintFor(path: string, written: string): string {
  try {
    const names = [...Deno.readDirSync(dirname(path))].flatMap(({ name, isFile }) => isFile ? [name] : []);
    const near = nearest(basename(path), names);
    if (near) return `did you mean ${written.slice(0, written.length - basename(path).length)}${near}?`;
  } catch {
    // the folder is not there either
  }
  return "check the path; duckdb:///data/x.duckdb is an absolute one";
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // isFile and the attempt to open it say why
  }
}

/** True for a file; false where nothing stands. */
export function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    if (error instanceof Deno.errors.PermissionDenied) return true; // opening it will say so
    throw error;
  }
}

/** All tables and views of a database but those that dteg keeps for itself. */
export async function listTables(session: DuckSession, catalog: string): Promise<{ name: TableName; rows?: number }[]> {
  const own = `NOT starts_with(table_name, '${OWN_PREFIX}')`;
  const rows = await session.all(
    `SELECT schema_name, table_name, estimated_size FROM duckdb_tables() WHERE database_name = ${
      quoteText(catalog)
    } AND NOT internal AND ${own} ` +
      `UNION ALL SELECT schema_name, view_name, NULL FROM duckdb_views() WHERE database_name = ${
        quoteText(catalog)
      } AND NOT internal ORDER BY 1, 2`,
  );
  return rows.map((row) => ({
    name: { schema: String(row.schema_name), name: String(row.table_name) },
    ...(row.estimated_size !== null && { rows: Number(row.estimated_size) }),
  }));
}
