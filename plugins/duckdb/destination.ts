import { dirname } from "node:path";
import { type Destination, DtegError, formatName, type Host, type TableName } from "../../sdk/mod.ts";
import { databasePath } from "./database.ts";
import { findExisting } from "./existing_table.ts";
import type { DuckdbConfig } from "./mod.ts";
import { readState } from "./state_table.ts";
import { tableWriter } from "./table_writer.ts";
import { DUCKDB_TYPES } from "./type_table.ts";

/** Writes tables of a database file, which is made when it is not there. */
export function duckdbDestination(config: DuckdbConfig, host: Host): Destination {
  const path = databasePath(config, host);
  const schemaOf = (table: TableName) => table.schema ?? "main";

  async function open() {
    const session = await host.duckdb();
    return { session, catalog: await session.attach(path) };
  }

  return {
    accepts: ["scan"],
    types: DUCKDB_TYPES,
    can: { writes: ["replace", "append", "merge"], transaction: true, foldsCase: true },
    place(stream, into) {
      const { schema = "main", name } = into ?? stream;
      return { schema, name };
    },
    label: (table) => `${config.path} ${formatName(table)}`,
    check: () => check(path, config),
    async describe(table) {
      const { session, catalog } = await open();
      const existing = await findExisting(session, catalog, table);
      if (!existing) return undefined;
      const state = await readState(session, { catalog, schema: schemaOf(table), target: table.name });
      return { columns: existing.columns, madeByDteg: state !== undefined };
    },
    state: {
      async read(table) {
        const { session, catalog } = await open();
        return await readState(session, { catalog, schema: schemaOf(table), target: table.name });
      },
    },
    async open(target) {
      const { session, catalog } = await open();
      return await tableWriter({ session, catalog, target });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function check(path: string, config: DuckdbConfig): Promise<void> {
  const folder = dirname(path);
  try {
    if (!(await Deno.stat(folder)).isDirectory) throw new Deno.errors.NotFound();
  } catch (cause) {
    throw new DtegError("file.not_found", `cannot write "${config.path}": the folder "${folder}" is not there`, {
      path: config.path,
      cause,
      hint: `make it first: mkdir -p ${folder}`,
    });
  }
}
