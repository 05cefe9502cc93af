import { DtegError, type DuckSession, type Row } from "../../../sdk/mod.ts";
import { globSafe, type NamedFile } from "./file_names.ts";

/** A column of a Parquet file whose values are instants in nanoseconds, which DuckDB cuts to microseconds without a word. */
interface NanoColumn {
  readonly name: string;
  /** Its place among the columns of the file. */
  readonly place: number;
  /** Its place among the chunks of a row group. */
  readonly leaf: number;
}

interface Place {
  readonly file: NamedFile;
  readonly tempDir: string;
}

/** `8C` a timestamp of the union of types, `11` in UTC, `1C 3C 00` in nanoseconds, and the ends of what holds it. */
const IN_UTC = Uint8Array.of(0x8c, 0x11, 0x1c, 0x3c, 0, 0, 0, 0);
/** The byte that says whether a moment is in UTC, and what it is for one that is not. */
const ZONE_AT = 1, NO_ZONE = 0x12;

/**
 * Refuses a Parquet file with an instant that is finer than microseconds. DuckDB reads all nanoseconds of moments without a zone: so it
 * is shown the column's bytes under a footer that says of its moments that they have none.
 */
export async function refuseNanoInstants(session: DuckSession, elements: readonly Row[], place: Place): Promise<void> {
  const columns = nanoColumns(elements, place.file);
  if (columns.length === 0) return;
  const { file, tempDir } = place;
  const path = `${tempDir}/nano-${crypto.randomUUID()}.parquet`;
  try {
    await copyColumns(session, columns, { file, path });
    const names = elements.filter(isTop(elements)).map((_, index) => `c${index}`).join(", ");
    for (const { name, place } of columns) {
      const value = `c${place}`;
      const [row] = await session.all(
        `SELECT CAST(${value} AS VARCHAR) AS v FROM read_parquet([${
          globSafe(path)
        }], hive_partitioning = false) t(${names}) ` +
          `WHERE isfinite(${value}) AND epoch_ns(${value}) % 1000 <> 0 LIMIT 1`,
      );
      if (row) throw tooFine(name, { file: file.name, value: `${row.v}Z` });
    }
  } finally {
    await Deno.remove(path).catch(() => {}); // the run's folder goes at its end
  }
}

function tooFine(column: string, { file, value }: { readonly file: string; readonly value: string }): DtegError {
  return new DtegError(
    "data.value",
    `column "${column}" of "${file}" holds ${
      JSON.stringify(value)
    }, an instant finer than a microsecond, which cannot be read exactly`,
    { path: file, column, hint: "write the file again with microseconds, or with moments that have no zone" },
  );
}

const childrenOf = ({ num_children }: Row) => Number(num_children ?? 0);

/** The columns among the elements of a schema, which stand in the order of a walk through its tree; the first is its root. */
function isTop(elements: readonly Row[]): (element: Row, index: number) => boolean {
  const tops = new Set<number>();
  const after = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < childrenOf(elements[at]); child++) next = after(next);
    return next;
  };
  for (let at = 1; at < elements.length; at = after(at)) tops.add(at);
  return (_, index) => tops.has(index);
}

function nanoColumns(elements: readonly Row[], { name: file }: NamedFile): readonly NanoColumn[] {
  const isColumn = isTop(elements);
  let place = -1, leaf = -1;
  return elements.flatMap((element, index) => {
    if (isColumn(element, index)) place++;
    if (index === 0 || childrenOf(element) > 0) return [];
    leaf++;
    if (!/^TimestampType\(isAdjustedToUTC=1.*NANOS=Nano/.test(String(element.logical_type ?? ""))) return [];
    if (isColumn(element, index)) return [{ name: String(element.name), place, leaf }];
    const column = String(elements.findLast((one, at) => at < index && isColumn(one, at))?.name);
    throw lossy(column, file);
  });
}

function lossy(column: string, file: string): DtegError {
  return new DtegError(
    "schema.lossy",
    `cannot read column "${column}" of "${file}" exactly: it holds instants in nanoseconds`,
    { path: file, column, hint: "write the file again with microseconds" },
  );
}

/** A file with holes: the chunks of the columns at their places, and the footer. */
async function copyColumns(
  session: DuckSession,
  columns: readonly NanoColumn[],
  { file, path }: { readonly file: NamedFile; readonly path: string },
): Promise<void> {
  const chunks = await session.all(
    `SELECT CAST(least(data_page_offset, coalesce(nullif(dictionary_page_offset, 0), data_page_offset)) AS DOUBLE) AS start, ` +
      `CAST(total_compressed_size AS DOUBLE) AS size FROM parquet_metadata([${globSafe(file.path)}]) ` +
      `WHERE column_id IN (${columns.map(({ leaf }) => leaf).join(", ")})`,
  );
  using source = await Deno.open(file.path);
  using target = await Deno.open(path, { write: true, create: true });
  const { size } = await source.stat();
  const tail = await bytesAt(source, { start: size - 8, size: 8 });
  const footer = { start: size - 8 - new DataView(tail.buffer).getUint32(0, true), size: 0 };
  const bytes = await bytesAt(source, { start: footer.start, size: size - footer.start });
  const zones = placesOf(IN_UTC, bytes);
  if (zones.length !== columns.length) throw lossy(columns[0].name, file.name);
  for (const at of zones) bytes[at + ZONE_AT] = NO_ZONE;
  await writeAt(target, bytes, footer.start);
  for (
    const chunk of [
      { start: 0, size: 4 },
      ...chunks.map(({ start, size }) => ({ start: Number(start), size: Number(size) })),
    ]
  ) {
    for (let done = 0; done < chunk.size; done += PIECE) {
      const piece = { start: chunk.start + done, size: Math.min(PIECE, chunk.size - done) };
      await writeAt(target, await bytesAt(source, piece), piece.start);
    }
  }
}

/** Bytes that are held at once. */
const PIECE = 1 << 20;

function placesOf(wanted: Uint8Array, bytes: Uint8Array): readonly number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) places.push(at);
  }
  return places;
}

async function bytesAt(file: Deno.FsFile, { start, size }: { readonly start: number; readonly size: number }) {
  const bytes = new Uint8Array(size);
  await file.seek(start, Deno.SeekMode.Start);
  for (let at = 0; at < size;) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) break; // it was cut meanwhile: the fingerprint of files tells
    at += read;
  }
  return bytes;
}

async function writeAt(file: Deno.FsFile, bytes: Uint8Array, start: number): Promise<void> {
  await file.seek(start, Deno.SeekMode.Start);
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
