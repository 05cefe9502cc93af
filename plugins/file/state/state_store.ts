import { basename, dirname, join } from "node:path";
import {
  DtegError,
  type KeptState,
  type LoadMark,
  requireNow,
  type StateChange,
  type StateStore,
  type TableName,
  type TargetState,
} from "../../../sdk/mod.ts";
import { type Manifest, readManifest, writeManifest } from "../manifest.ts";
import { readFolder, statOf } from "../paths.ts";
import { leaseHolder } from "../write/file_lease.ts";
import { inFolderAlone } from "../write/folder_lock.ts";
import { type Place, streamFolder } from "../write/place.ts";
import { type FileRecord, hashFile, marksOf, readRecords, standingOf, writeRecords } from "../write/sidecar.ts";

type Named = Exclude<Place, { kind: "stdout" }>;

/** The state of files: a record beside one file, the manifest of each stream's folder. */
export function fileStates(place: Place): StateStore {
  return {
    read: (table) => readState(place, table),
    list: () => listStates(place),
    async change(changes) {
      if (place.kind === "stdout") throw new DtegError("state.none", "standard output keeps no state");
      for (const change of changes) await changeState(place, change);
    },
  };
}

async function readState(place: Place, table: TableName): Promise<TargetState | undefined> {
  if (place.kind === "stdout") return undefined;
  if (place.kind === "folder") return ofManifest(readManifest(streamFolder(place.path, table)));
  const standing = await standingOf(place.path);
  if (standing.kind !== "ours") return undefined;
  const { size: _, changed: __, token: ___, ...state } = standing.record;
  return state;
}

function ofManifest(manifest: Manifest | undefined): TargetState | undefined {
  if (!manifest) return undefined;
  const { version: _, files: __, kept: ___, token: ____, ...state } = manifest;
  return state;
}

/** Of a folder of streams the table is named as its folder. */
async function listStates(place: Place): Promise<readonly KeptState[]> {
  if (place.kind === "folder") {
    return readFolder(place.path).flatMap(({ name, isFolder }) => {
      const path = join(place.path, name);
      const state = isFolder ? ofManifest(readManifest(path)) : undefined;
      return state ? [{ table: { name }, state, ...held({ kind: "folder", path }) }] : [];
    });
  }
  const state = await readState(place, { name: "" });
  if (place.kind === "stdout" || !state) return [];
  return [{ table: { name: state.target }, state, ...held(place) }];
}

function held(place: Named): Pick<KeptState, "heldBy"> {
  const heldBy = leaseHolder(place);
  return heldBy === undefined ? {} : { heldBy };
}

/** One file, or one folder, in one act; others follow it. */
async function changeState(place: Named, change: StateChange): Promise<void> {
  const { then, table } = change;
  const path = place.kind === "folder" ? streamFolder(place.path, table) : place.path;
  const lockOf = place.kind === "folder" ? path : dirname(path);
  if (!statOf(path)) throw gone(path);
  await inFolderAlone(lockOf, async () => {
    const found = await readState(place, table);
    requireNow(change, found);
    if (!then) {
      throw new DtegError("state.invalid", `the state of "${path}" says which data are there: it is not taken away`);
    }
    if (place.kind === "folder") return await changeManifest(path, then);
    const hash = found?.hash ?? await hashFile(path);
    if (then.hash !== undefined && then.hash !== hash) {
      throw new DtegError("state.invalid", `"${basename(path)}" is another file than the one that the state is of`, {
        path,
        hint: "a state fits the file that its load wrote, and no other",
      });
    }
    const token = Math.max(0, ...readRecords(path).map(({ token = 0 }) => token)); // it only grows
    await writeRecords(path, [{ ...then, ...marksOf(path), hash, token } satisfies FileRecord]);
  });
}

/** The files that the folder's manifest names stay what they are. */
async function changeManifest(folder: string, { hash: _, ...then }: TargetState): Promise<void> {
  const manifest = readManifest(folder);
  if (!manifest) throw gone(folder);
  const mark: LoadMark = then;
  const { files, kept, token } = manifest;
  await writeManifest(folder, { ...mark, version: 1, files, ...(kept && { kept }), ...(token && { token }) });
}

const gone = (path: string) =>
  new DtegError("state.none", `"${path}" is not there, or was not loaded by dteg: there is no state to change`, {
    path,
  });
