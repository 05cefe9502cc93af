import type { DuckSession } from "../../../sdk/mod.ts";
import { type JsonFile, readEach } from "./json_file.ts";
import { markNumbers, newMark } from "./json_numbers.ts";

interface Marking {
  readonly session: DuckSession;
  /** There may be numbers that a double changes. */
  readonly isRisky: boolean;
  /** There are numbers that become text. */
  readonly becomesText: boolean;
  readonly tempDir: string;
}

/** Files in which numbers are marked that the reader would change. */
export interface MarkedFiles {
  readonly files: readonly JsonFile[];
  readonly mark: string;
}

/** Copies of the files with marked numbers; nothing where no number needs it. */
export async function markFiles(
  files: readonly JsonFile[],
  { session, isRisky, becomesText, tempDir }: Marking,
): Promise<MarkedFiles | undefined> {
  const spelling = becomesText && await hasSpelledNumbers(session, files);
  if (!isRisky && !spelling) return undefined;
  const mark = newMark();
  const copies: JsonFile[] = [];
  let count = 0;
  for (const file of files) {
    const path = `${tempDir}/marked-${crypto.randomUUID()}.json`; // streams of a run share the folder
    using source = await Deno.open(file.path);
    using target = await Deno.open(path, { write: true, create: true, truncate: true });
    for await (const chunk of source.readable.pipeThrough(markNumbers(() => count++, { mark, spelling }))) {
      for (let at = 0; at < chunk.length;) at += await target.write(chunk.subarray(at));
    }
    copies.push({ ...file, path });
  }
  return count > 0 ? { files: copies, mark } : undefined;
}

/** True where numbers stand that can be spelled in several ways, as 1.50 or 1e5. */
async function hasSpelledNumbers(session: DuckSession, files: readonly JsonFile[]): Promise<boolean> {
  const records = readEach(files, { list: "CAST(json AS VARCHAR) AS text", reader: "read_json_objects" });
  const rows = await session.all(`SELECT 1 AS one FROM (${records}) WHERE regexp_matches(text, '[0-9][.eE]') LIMIT 1`);
  return rows.length > 0;
}
