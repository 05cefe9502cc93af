import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { TargetState } from "../../../sdk/mod.ts";
import { fileError, statOf } from "../paths.ts";
import { replaceFile } from "../replace_file.ts";

/** A load of one file: its state under the hash of the file that it made. */
export interface FileRecord extends TargetState {
  /** SHA-256 of the file, hex. */
  readonly hash: string;
  readonly size: number;
  /** Time of its last change in nanoseconds, as text: equal size and time need no second look at the content. */
  readonly changed: string;
  /** Of the lease that it was written under. */
  readonly token?: number;
}

interface Sidecar {
  readonly version: 1;
  /** Of the file that was there and of the one that takes its place; written before the rename, so one of them always fits. */
  readonly records: readonly FileRecord[];
}

const sidecarPath = (path: string) => join(dirname(path), `.${basename(path)}.dteg.json`);

/** What is known of the file at a path: nothing there, made by dteg (with its record), changed since, or somebody else's. */
export type FileStanding =
  | { readonly kind: "absent" | "changed" | "foreign" }
  | { readonly kind: "ours"; readonly record: FileRecord };

/** Compares the file with what its last loads wrote down. */
export async function standingOf(path: string): Promise<FileStanding> {
  if (!statOf(path)) return { kind: "absent" };
  const records = readRecords(path);
  if (records.length === 0) return { kind: "foreign" };
  const { size, changed } = marksOf(path);
  const sure = records.find((record) => record.size === size && record.changed === changed);
  if (sure) return { kind: "ours", record: sure };
  const candidates = records.filter((record) => record.size === size);
  const hash = candidates.length ? await hashFile(path) : "";
  const record = candidates.find((candidate) => candidate.hash === hash);
  return record ? { kind: "ours", record } : { kind: "changed" };
}

/** What the last loads of a file wrote down. */
export function readRecords(path: string): readonly FileRecord[] {
  let text: string;
  try {
    text = Deno.readTextFileSync(sidecarPath(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw fileError(error, { action: "read", path: sidecarPath(path) });
  }
  try {
    const value: Sidecar = JSON.parse(text);
    return Array.isArray(value.records) ? value.records : [];
  } catch {
    return []; // not ours, or damaged: the file counts as somebody else's
  }
}

/** Size and time of change of a file, as records keep them. */
export function marksOf(path: string): { readonly size: number; readonly changed: string } {
  const { size, mtimeNs } = statSync(path, { bigint: true });
  return { size: Number(size), changed: String(mtimeNs) };
}

/** SHA-256 of a file, hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 20);
  for (let count; (count = await file.read(buffer)) !== null;) hash.update(buffer.subarray(0, count));
  return hash.digest("hex");
}

/** Writes down the file that is there and the one that will take its place. */
export async function writeRecords(path: string, records: readonly FileRecord[]): Promise<void> {
  await replaceFile(sidecarPath(path), `${JSON.stringify({ version: 1, records } satisfies Sidecar, null, 2)}\n`);
}
