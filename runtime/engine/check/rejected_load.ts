import type { Schema } from "../../../sdk/mod.ts";
import type { Reject, RejectFault, RejectWriter } from "../../store/reject.ts";
import type { BrokenLine } from "./broken_lines.ts";
import type { Origin, RowPlace } from "./origin.ts";
import type { FaultyRow, StagedRows } from "./set_aside.ts";

const VALUE_LENGTH = 200;

/** What a load sets aside, and where it is kept. */
export interface Rejecting {
  readonly writer: RejectWriter;
  readonly staged?: StagedRows;
  readonly broken: readonly BrokenLine[];
  readonly origin?: Origin;
  /** Names in the source of the stream's key. */
  readonly key: readonly string[];
  /** Names in the source of masked columns: their values stand in the row as it came, and nowhere else. */
  readonly masked: readonly string[];
}

/** Writes what a load sets aside, each row with its reasons and its place, and puts it on the disk. */
export async function keepRejects({ writer, staged, broken, origin, ...of }: Rejecting): Promise<void> {
  for (const line of broken) writer.add(ofLine(line));
  if (staged && staged.rejected > 0) {
    const places = origin ? await placesOf(staged, origin) : [];
    let at = 0;
    await staged.eachRejected((row) => writer.add(ofRow(row, { ...of, place: places[at++] })));
  }
  writer.seal();
}

/** The places of the rejected rows, in their order. */
async function placesOf(staged: StagedRows, origin: Origin): Promise<(RowPlace | undefined)[]> {
  const records = new Map<string, number[]>();
  await staged.eachRejected(({ part, record }) => {
    if (part === null || record === null) return;
    const known = records.get(part);
    if (known) known.push(record);
    else records.set(part, [record]);
  });
  const places: (RowPlace | undefined)[] = [];
  for (const [part, numbers] of records) for await (const place of origin.places(part, numbers)) places.push(place);
  return places;
}

function ofLine({ code, reason, file, line, text }: BrokenLine): Reject {
  return { code, column: null, value: null, wanted: reason, file, line, rowNumber: null, key: null, row: text };
}

function ofRow(
  { row, faults }: FaultyRow,
  { place, key, masked }: Pick<Rejecting, "key" | "masked"> & { readonly place?: RowPlace },
): Reject {
  const values: Readonly<Record<string, string | null>> = JSON.parse(row);
  const [first, ...also] = faults.map(({ code = "data.value", column, value, wanted }): RejectFault => ({
    code,
    column,
    value: code !== "data.value" || masked.includes(column) ? null : beginning(value),
    wanted,
  }));
  return {
    ...first,
    file: place?.file ?? null,
    line: place?.line ?? null,
    rowNumber: place?.row ?? null,
    key: key.length > 0 ? Object.fromEntries(key.map((name) => [name, values[name] ?? null])) : null,
    row: values,
    ...(also.length > 0 && { also }),
  };
}

const beginning = (value: string) => [...value.slice(0, 2 * VALUE_LENGTH)].slice(0, VALUE_LENGTH).join("");

/** What the texts of kept rows say values of; null for rows of files, whose texts stand in the files. */
export const keptColumns = (schema: Schema, origin?: Origin): Schema | null => origin?.columns ? null : schema;
