import { basename, dirname, join } from "node:path";
import { DtegError, type Lease, LEASE_SECONDS, type LeaseRequest, type Target } from "../../../sdk/mod.ts";
import { readManifest } from "../manifest.ts";
import { fileError, makeFolder, statOf } from "../paths.ts";
import { removeIfThere } from "../replace_file.ts";
import { inFolderAlone, inFolderSoon } from "./folder_lock.ts";
import { readRecords } from "./sidecar.ts";
import { stagedPath } from "./staged_file.ts";

/** A file, or a folder of files, that one writes at a time. */
export interface LeasedPlace {
  readonly kind: "file" | "folder";
  readonly path: string;
}

/** What stands in the file of a lease, which is there as long as somebody holds it; it is renewed when it was written. */
type LeaseFile = Pick<Lease, "token" | "owner">;

/** Milliseconds after which a lease is of nobody who goes on, whatever clocks say. */
const LONG_OVER = 3600_000;

/** The file of a lease: in the folder whose lock every commit takes too. */
const leasePath = ({ kind, path }: LeasedPlace) =>
  kind === "folder" ? join(path, "._dteg_lease.json") : join(dirname(path), `.${basename(path)}.dteg.lease.json`);

/** Takes the lease of a place, by the clock of its file system; or tells who holds it. */
export async function takeLease(
  place: LeasedPlace,
  { owner, isDead }: LeaseRequest,
): Promise<Lease | { readonly heldBy: string }> {
  const path = leasePath(place);
  const folder = dirname(path);
  const absent = firstAbsent(folder);
  await makeFolder(folder);
  const taken = await inFolderSoon<LeaseFile | { readonly heldBy: string }>(folder, () => {
    const held = readLease(path);
    if (held && held.owner !== owner && !isDead(held.owner) && age(path) < LEASE_SECONDS * 1000) {
      return Promise.resolve({ heldBy: held.owner });
    }
    const lease = { token: Math.max(held?.token ?? 0, lastToken(place)) + 1, owner };
    writeLease(path, lease);
    return Promise.resolve(lease);
  }) ?? { heldBy: readLease(path)?.owner ?? "" }; // somebody commits at this moment
  if ("heldBy" in taken) return taken;
  const isOurs = () => {
    const { token, owner } = readLease(path) ?? {};
    return token === taken.token && owner === taken.owner;
  };
  return {
    ...taken,
    renew: () =>
      inFolderAlone(folder, () => {
        if (!isOurs()) return Promise.resolve(false);
        writeLease(path, taken);
        return Promise.resolve(true);
      }),
    async [Symbol.asyncDispose]() {
      await inFolderAlone(folder, async () => {
        if (isOurs()) await removeIfThere(path);
      });
      removeEmpty(folder, absent);
    },
  };
}

/** The path of a lease whose holder is dead, or that ran out a good while ago; undefined where there is none. */
export function deadLease(place: LeasedPlace, { isDead }: Pick<LeaseRequest, "isDead">): string | undefined {
  const path = leasePath(place);
  const held = readLease(path);
  if (!held) return undefined;
  return isDead(held.owner) || Date.now() - (statOf(path)?.mtime?.getTime() ?? Date.now()) > LONG_OVER
    ? path
    : undefined;
}

/** Who has the lease of a place now, as far as that can be seen without writing there. */
export function leaseHolder(place: LeasedPlace): string | undefined {
  const path = leasePath(place), at = statOf(path)?.mtime?.getTime();
  if (at === undefined || Date.now() - at > LEASE_SECONDS * 1000) return undefined;
  return readLease(path)?.owner;
}

/** Refuses a commit whose lease another has. The folder is locked. */
export function requireLease(place: LeasedPlace, { lease }: Pick<Target, "lease">): void {
  if (!lease) return;
  const held = readLease(leasePath(place));
  if (held?.token === lease.token && held.owner === lease.owner) return;
  throw new DtegError(
    "state.fenced",
    `another run took "${place.path}" over while this one stood still; nothing of this one is loaded`,
    { path: place.path, hint: "see what the other run did, then run again" },
  );
}

function readLease(path: string): LeaseFile | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw fileError(error, { action: "read", path });
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a machine that lost its power wrote half of it
  }
}

/** Nothing is put on the disk by force: who loses his machine loses his lease. */
function writeLease(path: string, lease: LeaseFile): void {
  const temp = stagedPath(path, { load: crypto.randomUUID().slice(0, 8), kind: "file" });
  try {
    Deno.writeTextFileSync(temp, JSON.stringify(lease), { createNew: true });
    Deno.renameSync(temp, path);
  } catch (error) {
    throw fileError(error, { action: "write", path });
  }
}

/** Milliseconds since a file was written, both times by the clock of its file system. */
function age(path: string): number {
  const probe = stagedPath(path, { load: crypto.randomUUID().slice(0, 8), kind: "file" });
  try {
    Deno.writeTextFileSync(probe, "", { createNew: true });
    const now = statOf(probe)?.mtime?.getTime() ?? 0;
    Deno.removeSync(probe);
    return now - (statOf(path)?.mtime?.getTime() ?? now);
  } catch (error) {
    throw fileError(error, { action: "write", path });
  }
}

const lastToken = ({ kind, path }: LeasedPlace): number =>
  kind === "folder" ? readManifest(path)?.token ?? 0 : Math.max(0, ...readRecords(path).map(({ token = 0 }) => token));

/** The topmost folder on the way to one that is not there; undefined where all are. */
function firstAbsent(folder: string): string | undefined {
  let absent: string | undefined;
  for (let at = folder; !statOf(at); at = dirname(at)) absent = at;
  return absent;
}

/** Takes folders away that were made for the lease, where nothing came into them. */
function removeEmpty(folder: string, top: string | undefined): void {
  if (top === undefined) return;
  try {
    for (let at = folder; at.length >= top.length; at = dirname(at)) Deno.removeSync(at);
  } catch {
    // there is something in it
  }
}
