import type { Sift } from "../check/broken_lines.ts";
import { recordFault } from "./json_fault.ts";
import type { JsonFile } from "./json_file.ts";
import { recordsOf } from "./json_walk.ts";

const NEWLINE = 10;

/** The files with copies of those of one record a line, that lack lines which are no record. */
export async function siftJson(
  files: readonly JsonFile[],
  { sift, tempDir }: { readonly sift: Sift; readonly tempDir: string },
): Promise<readonly JsonFile[]> {
  const sifted: JsonFile[] = [];
  for (const file of files) {
    const known = sift.copies.get(file.name);
    if (known !== undefined || file.layout !== "newline_delimited") {
      sifted.push({ ...file, path: known ?? file.path });
      continue;
    }
    const path = `${tempDir}/sifted-${crypto.randomUUID()}.json`;
    await copyRecords(file, path, { sift });
    sift.copies.set(file.name, path);
    sifted.push({ ...file, path });
  }
  return sifted;
}

async function copyRecords(file: JsonFile, copy: string, { sift }: { readonly sift: Sift }): Promise<void> {
  using target = await Deno.open(copy, { write: true, create: true, truncate: true, mode: 0o600 });
  const writer = target.writable.getWriter();
  let line = 1;
  for await (const record of recordsOf(file)) {
    const fault = recordFault(record);
    if (fault) {
      const text = new TextDecoder().decode(record.bytes).replace(/\r$/, "");
      const { code = "json.invalid", reason } = fault;
      sift.broken.push({ code, reason, file: file.name, line: record.line, text });
      continue;
    }
    await writer.write(new Uint8Array(record.line - line).fill(NEWLINE));
    await writer.write(record.bytes);
    line = record.line;
  }
  await writer.write(Uint8Array.of(NEWLINE));
  await writer.close();
}
