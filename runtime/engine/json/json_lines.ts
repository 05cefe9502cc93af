import type { RowPlace } from "../check/origin.ts";
import type { JsonFile } from "./json_file.ts";
import { recordsOf } from "./json_walk.ts";

/** The lines of records of several files that one call gave, by their numbers over all of them: the files are walked once. */
export async function* jsonLines(
  files: readonly JsonFile[],
  records: readonly number[],
): AsyncGenerator<RowPlace | undefined> {
  let count = 0, at = 0;
  for (const file of files) {
    for await (const { line } of recordsOf(file)) {
      count++;
      for (; records[at] === count; at++) yield { file: file.name, line };
      if (at === records.length) return;
    }
  }
  for (; at < records.length; at++) yield undefined;
}
