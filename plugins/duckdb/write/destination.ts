import { dirname } from "node:path";
import { type Destination, DtegError, formatName, type Host, quoteTable, type TableName } from "../../../sdk/mod.ts";
import { databasePath, isFile, OWN_PREFIX, refuseFolder } from "../database.ts";
import { isKept } from "./existing_table.ts";
import { catalogueOf } from "../file_catalogue.ts";
import type { DuckdbConfig } from "../mod.ts";
import { undoLoad } from "./kept_versions.ts";
import { planTable } from "./plan_table.ts";
import { changeStates, listStates } from "../state/state_changes.ts";
import { leftStages } from "../state/leftovers.ts";
import { readState } from "../state/state_table.ts";
import { tableWriter } from "./table_writer.ts";
import { DUCKDB_TYPES } from "./type_table.ts";

/** Writes tables of a database file, which is made when it is not there. */
export function duckdbDestination(config: DuckdbConfig, host: Host): Destination {
  const path = databasePath(config, host);
  const schemaOf = (table: TableName) => table.schema ?? "main";

  async function open() {
    const session = await host.duckdb();
    const catalog = await session.attach(path);
    return { session, catalog, known: catalogueOf(host, catalog) };
  }

  return {
    accepts: ["scan"],
    types: DUCKDB_TYPES,
    can: {
      writes: ["replace", "append", "merge", "scd2"],
      deletes: true,
      transaction: true,
      foldsCase: true,
      keepsPosition: true,
      skipsLoaded: true,
      heldRows: 2048,
    },
    place: (stream, into) => placeTable(stream, into),
    label: (table) => `${config.path} ${formatName(table)}`,
    async check() {
      await check(path, config);
      if (isFile(path)) await open(); // who holds it is told before anything moves; and a source that is the same file shares it
    },
    async describe(table) {
      if (!isFile(path)) return undefined; // opening it would make it
      const { session, catalog, known } = await open();
      const existing = await known.find(session, table);
      if (!existing) return undefined;
      const state = await readState(session, { catalog, schema: schemaOf(table), target: table.name });
      const { schema } = await session.scan(`SELECT * FROM ${quoteTable(catalog, schemaOf(table), existing.name)}`);
      return {
        columns: existing.columns.map((column, index) => ({ ...column, type: schema[index].type })),
        madeByDteg: state !== undefined,
        isKept: isKept(existing, { schema: [], options: {} }),
        ...(existing.rows !== undefined && { rows: existing.rows }),
      };
    },
    state: {
      async read(table, owner) {
        if (!isFile(path)) return undefined;
        const { session, catalog } = await open();
        return await readState(session, { catalog, schema: schemaOf(table), target: table.name, owner });
      },
      async list() {
        if (!isFile(path)) return [];
        const { session, catalog } = await open();
        return await listStates(session, catalog);
      },
      async change(changes) {
        const { session, catalog } = await open();
        await changeStates(session, changes, { catalog });
      },
    },
    async leftovers({ remove }) {
      if (!isFile(path)) return [];
      const { session, catalog } = await open();
      return await leftStages(session, { catalog, run: host.run, remove });
    },
    async plan(target) {
      if (!isFile(path)) return planTable(target, undefined);
      const { session, known } = await open();
      return planTable(target, await known.find(session, target.table));
    },
    async open(target) {
      await makeFolder(path, config);
      return await tableWriter({ ...await open(), target, log: host.log });
    },
    async undo(undoing) {
      await undoLoad(await open(), undoing);
    },
    async execute(sql) {
      const { session, catalog, known } = await open();
      await session.run(`USE ${quoteTable(catalog, "main")}`);
      await session.run(sql).finally(known.forget);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function placeTable(stream: TableName, into: TableName | undefined): TableName {
  const { schema = "main", name } = into ?? stream;
  const refuse = (reason: string, hint: string) =>
    new DtegError("target.name", `cannot load into ${formatName(into ?? stream)}: ${reason}`, { hint });
  if (into?.catalog !== undefined) {
    throw refuse(
      "a DuckDB file holds schemas and tables, so a name has at most two parts",
      `leave ${into.catalog} out`,
    );
  }
  if (name.toLowerCase().startsWith(OWN_PREFIX)) {
    throw refuse(
      `dteg keeps names that begin with ${OWN_PREFIX} for itself`,
      "give it another name with `into`, or --into",
    );
  }
  return { schema, name };
}

/** The nearest folder that is there must be one. */
async function check(path: string, config: DuckdbConfig): Promise<void> {
  refuseFolder(path, config);
  for (let folder = dirname(path);; folder = dirname(folder)) {
    try {
      if ((await Deno.stat(folder)).isDirectory) return;
      throw new DtegError("target.is_folder", `cannot write "${config.path}": "${folder}" is no folder`, {
        path: config.path,
        hint: "name another path",
      });
    } catch (error) {
      if (folder === "/" || !(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
        throw folderError(error, config);
      }
    }
  }
}

/** Makes the folder of a database that is not there yet, and those above it. */
async function makeFolder(path: string, config: DuckdbConfig): Promise<void> {
  if (isFile(path)) return;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw folderError(error, config);
  }
}

function folderError(cause: unknown, { path }: DuckdbConfig): DtegError {
  if (cause instanceof DtegError) return cause;
  const isRefused = cause instanceof Deno.errors.PermissionDenied;
  const reason = isRefused ? "permission denied" : cause instanceof Error ? cause.message : String(cause);
  return new DtegError("file.permission", `cannot make the folder of "${path}": ${reason}`, {
    path,
    cause,
    hint: "check the rights of the folders above it",
  });
}
