import { DtegError, type FileFormat } from "../../sdk/mod.ts";

/** Formats as users name them; `tsv` is CSV with tabs. */
export const FILE_FORMATS = ["csv", "tsv", "json", "ndjson", "parquet"] as const;
export type FormatName = typeof FILE_FORMATS[number];
/** Compression of a whole file. */
export type Packing = "none" | "gzip" | "zstd";

const ENDINGS: Readonly<Record<string, FormatName>> = {
  csv: "csv",
  tsv: "tsv",
  tab: "tsv",
  json: "json",
  ndjson: "ndjson",
  jsonl: "ndjson",
  parquet: "parquet",
  pq: "parquet",
};
const PACKINGS: Readonly<Record<string, Packing>> = { gz: "gzip", gzip: "gzip", zst: "zstd", zstd: "zstd" };

/** A file name taken apart: `orders.csv.gz` is `orders`, csv, gzip. */
export function splitName(
  path: string,
): { readonly stem: string; readonly format?: FormatName; readonly packing?: Packing } {
  const parts = path.slice(path.lastIndexOf("/") + 1).split(".");
  const last = parts.at(-1)?.toLowerCase() ?? "";
  const packing = parts.length > 1 ? PACKINGS[last] : undefined;
  if (packing) parts.pop();
  const format = parts.length > 1 ? ENDINGS[parts.at(-1)?.toLowerCase() ?? ""] : undefined;
  if (format) parts.pop();
  return { stem: parts.join("."), format, packing };
}

/** True for a name that ends like a file of data. */
export function isDataName(name: string): boolean {
  return splitName(name).format !== undefined;
}

const starts = (bytes: Uint8Array, ...magic: readonly number[]) => magic.every((byte, index) => bytes[index] === byte);

/** Compression by the first bytes of a file. */
export function packingOf(head: Uint8Array): Packing {
  if (starts(head, 0x1f, 0x8b)) return "gzip";
  return starts(head, 0x28, 0xb5, 0x2f, 0xfd) ? "zstd" : "none";
}

/** Format by the first bytes of a file that is not compressed. */
export function formatByContent(head: Uint8Array): FormatName {
  if (starts(head, 0x50, 0x41, 0x52, 0x31)) return "parquet";
  const first = head.find((byte) => ![9, 10, 13, 32, 0xef, 0xbb, 0xbf].includes(byte));
  return first === 0x7b ? "ndjson" : first === 0x5b ? "json" : "csv";
}

/** The format as the engine names it. */
export function engineFormat(format: FormatName): FileFormat {
  return format === "tsv" ? "csv" : format;
}

/** The endings that files of data have, for messages. */
export const DATA_ENDINGS = ".csv .tsv .json .ndjson .parquet, also with .gz or .zst";

/** The error for a file whose format nothing tells. */
export function unknownFormat(name: string): DtegError {
  return new DtegError("file.unknown_format", `cannot tell the format of "${name}" from its name`, {
    path: name,
    hint: `declare it (format: csv), or use a URL such as csv://${name}; formats are ${FILE_FORMATS.join(", ")}`,
  });
}
