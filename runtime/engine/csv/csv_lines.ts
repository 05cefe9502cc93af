import type { FilesBatch } from "../../../sdk/mod.ts";
import type { RowPlace } from "../check/origin.ts";
import { nameOf } from "../files/file_names.ts";
import { readBeginning } from "./csv_beginning.ts";
import type { CsvGroup } from "./csv_call.ts";
import { placesOf } from "./csv_places.ts";

/** The lines of records that a group's call gave, by their numbers over all of its files: the files are walked once. */
export async function* csvLines(
  { layout, paths }: CsvGroup,
  { batch, records }: { readonly batch: FilesBatch; readonly records: readonly number[] },
): AsyncGenerator<RowPlace | undefined> {
  const { hasHeader } = readBeginning(layout);
  let count = 0, at = 0;
  for (const path of paths) {
    const file = nameOf(batch, path);
    for await (const { record, line } of placesOf(path, layout)) {
      if (record === 1 && hasHeader) continue;
      count++;
      for (; records[at] === count; at++) yield { file, line };
      if (at === records.length) return;
    }
  }
  for (; at < records.length; at++) yield undefined;
}
