import { basename, dirname, join } from "node:path";
import { type Destination, DtegError, type Host, type TableName, type TypeRow } from "../../../sdk/mod.ts";
import { leftovers } from "../state/leftovers.ts";
import { takeLease } from "./file_lease.ts";
import { fileWriter } from "./file_writer.ts";
import { folderWriter, refuseOtherFormat } from "./folder_writer.ts";
import { readManifest } from "../manifest.ts";
import type { FileConfig } from "../mod.ts";
import { fileError, readFolder, statOf } from "../paths.ts";
import { undoFile } from "../state/kept_versions.ts";
import { fileStates } from "../state/state_store.ts";
import { planFile } from "./plan_file.ts";
import { type Place, placeOf, streamFolder, writingOf } from "./place.ts";
import { removeDead } from "./staged_file.ts";
import { standingOf } from "./sidecar.ts";
import { stdoutWriter } from "./stdout_writer.ts";
import { CSV_TYPES, JSON_TYPES, PARQUET_TYPES } from "./type_table.ts";
import { splitName } from "../format.ts";

/** Writes one file, a folder of files, or standard output. */
export function fileDestination(config: FileConfig, host: Host): Destination {
  const place = placeOf(config, host);
  const writing = writingOf(config, place);
  const types: readonly TypeRow[] =
    { parquet: PARQUET_TYPES, csv: CSV_TYPES, tsv: CSV_TYPES, json: JSON_TYPES, ndjson: JSON_TYPES }[writing.format];
  return {
    accepts: ["scan"],
    types,
    can: {
      writes: place.kind === "folder" ? ["replace", "append"] : ["replace"],
      transaction: false,
      foldsCase: true,
      keepsPosition: place.kind !== "stdout",
    },
    place: (stream, into) => placeTable(place, { stream, into }),
    label: (table) => labelOf(place, { table, config }),
    check: () => check(place, config),
    describe: (table) => describe(place, table),
    state: fileStates(place),
    undo: (undoing) => undoFile(place, undoing),
    leftovers: (request) => leftovers(place, request),
    plan: ({ table, schema }) => Promise.resolve([planFile({ place, writing, config }, { table, schema, types })]),
    ...(place.kind !== "stdout" && {
      lease: (table, request) =>
        takeLease(place.kind === "file" ? place : { kind: "folder", path: streamFolder(place.path, table) }, request),
    }),
    async open(target) {
      const session = await host.duckdb();
      if (place.kind === "stdout") return stdoutWriter({ target, writing, config, session, host });
      if (place.kind === "file") {
        removeDead(dirname(place.path));
        return fileWriter(place.path, { target, writing, config, session, host });
      }
      const folder = streamFolder(place.path, target.table);
      removeDead(folder);
      refuseOtherFormat(folder, { target, writing, config });
      return folderWriter(folder, { target, writing, config, session, host });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function placeTable(place: Place, { stream, into }: { stream: TableName; into?: TableName }): TableName {
  if (place.kind === "folder") return into ?? stream;
  return { name: place.kind === "file" ? splitName(place.path).stem || basename(place.path) : "stdout" };
}

function labelOf(place: Place, { table, config }: { table: TableName; config: FileConfig }): string {
  if (place.kind === "stdout") return "stdout";
  if (place.kind === "file") return config.path;
  return join(config.path, basename(streamFolder(place.path, table)), "/");
}

async function describe(place: Place, table: TableName) {
  if (place.kind === "stdout") return undefined;
  if (place.kind === "folder") {
    const folder = streamFolder(place.path, table);
    if (readManifest(folder)) return { columns: [], madeByDteg: true };
    const hasFiles = readFolder(folder).some(({ name }) => !/^[._]/.test(name));
    return hasFiles ? { columns: [], madeByDteg: false } : undefined;
  }
  const { kind } = await standingOf(place.path);
  if (kind === "absent") return undefined;
  return { columns: [], madeByDteg: kind === "ours", isAltered: kind === "changed" };
}

/** The nearest folder that exists must be writable. */
async function check(place: Place, { path }: FileConfig): Promise<void> {
  if (place.kind === "stdout") return;
  let folder = place.kind === "folder" ? place.path : dirname(place.path);
  while (!statOf(folder) && folder !== dirname(folder)) folder = dirname(folder);
  if (statOf(folder)?.isDirectory !== true) {
    throw new DtegError("target.is_folder", `cannot write "${path}": "${folder}" is no folder`, { path });
  }
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: "._dteg_check_" }));
  } catch (error) {
    throw fileError(error, { action: "write", path });
  }
}
