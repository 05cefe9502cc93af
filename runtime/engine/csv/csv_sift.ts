import type { FilesBatch } from "../../../sdk/mod.ts";
import type { Sift } from "../check/broken_lines.ts";
import { nameOf } from "../files/file_names.ts";
import type { CsvGroup } from "./csv_call.ts";
import { faultOf } from "./csv_fault.ts";
import type { CsvLayout } from "./csv_dialect.ts";
import { type Place, placesOf } from "./csv_places.ts";

interface Read {
  readonly groups: readonly CsvGroup[];
  readonly batch: FilesBatch;
}

/**
 * The groups with copies of their files that lack rows which are too short or too long. In a file of one column none is left out: there a
 * blank line is a row.
 */
export async function siftCsv(
  { groups, batch }: Read,
  { sift, tempDir }: { readonly sift: Sift; readonly tempDir: string },
): Promise<Read> {
  const sifted = new Map<string, string>();
  for (const { layout, paths } of groups) {
    if (layout.names.length === 1) continue;
    for (const path of paths) {
      const name = nameOf(batch, path);
      const copy = `${tempDir}/sifted-${crypto.randomUUID()}.csv`;
      const known = sift.copies.get(name) ?? (await copyRows({ path, copy, layout }, { name, sift }) ? path : copy);
      sift.copies.set(name, known);
      sifted.set(path, known);
    }
  }
  const read = (path: string) => sifted.get(path) ?? path;
  return {
    groups: groups.map((group) => ({ ...group, paths: group.paths.map(read) })),
    batch: { ...batch, paths: batch.paths.map(read) },
  };
}

interface Files {
  readonly path: string;
  readonly copy: string;
  readonly layout: CsvLayout;
}

/** Copies a file but for rows of another width; true where it has none, and no copy was made. */
async function copyRows(
  { path, copy, layout }: Files,
  { name, sift }: { readonly name: string; readonly sift: Sift },
): Promise<boolean> {
  const ranges: Place[] = [];
  for await (const place of placesOf(path, layout)) {
    if (faultOf(place, layout)?.code === "csv.row_width") ranges.push(place);
  }
  if (ranges.length === 0) return true;
  using source = await Deno.open(path);
  using target = await Deno.open(copy, { write: true, create: true, truncate: true, mode: 0o600 });
  let at = 0;
  for (const place of ranges) {
    await copyRange(source, target, { from: at, to: place.from });
    const bytes = new Uint8Array(place.to - place.from);
    await source.seek(place.from, Deno.SeekMode.Start);
    await readFull(source, bytes);
    const text = new TextDecoder().decode(bytes);
    const breaks = text.match(/\r\n|\n|\r/g) ?? [];
    await writeAll(target, new TextEncoder().encode((layout.lineBreak || "\n").repeat(breaks.length)));
    const { code, reason } = faultOf(place, layout)!;
    sift.broken.push({ code, reason, file: name, line: place.line, text: text.replace(/(\r\n|\n|\r)$/, "") });
    at = place.to;
  }
  await copyRange(source, target, { from: at, to: Infinity });
  return false;
}

async function copyRange(
  source: Deno.FsFile,
  target: Deno.FsFile,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  await source.seek(from, Deno.SeekMode.Start);
  const buffer = new Uint8Array(1 << 18);
  for (let left = to - from; left > 0;) {
    const count = await source.read(buffer.subarray(0, Math.min(buffer.length, left)));
    if (count === null) return;
    await writeAll(target, buffer.subarray(0, count));
    left -= count;
  }
}

async function readFull(source: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const count = await source.read(bytes.subarray(at));
    if (count === null) return; // the file has shrunk: that it has changed is told at the end
    at += count;
  }
}

async function writeAll(target: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await target.write(bytes.subarray(at));
}
