import {
  type BytesBatch,
  type Destination,
  DtegError,
  type LoadColumn,
  quoteName,
  quoteText,
  type ScanBatch,
  type Schema,
} from "../../../sdk/mod.ts";
import { duckType } from "../move/duck_type.ts";

/** Names of the columns that tell by which load a row came. */
export const RUN_ID = "_dteg_run_id", LOADED_AT = "_dteg_loaded_at";

/** The columns that a load adds to a stream's own; none where they are not wanted, or where there is nothing to add them to. */
export function loadColumns(
  schema: Schema,
  { isWanted, run, at }: {
    readonly isWanted: boolean;
    readonly run: string;
    /** The time of the load; by default now. Milliseconds, with their fraction. */
    readonly at?: number;
  },
): readonly LoadColumn[] {
  if (!isWanted || schema.length === 0) return [];
  const taken = schema.find(({ name }) => [RUN_ID, LOADED_AT].includes(name.toLowerCase()));
  if (taken) {
    throw new DtegError(
      "column.duplicate",
      `the stream has a column ${JSON.stringify(taken.name)}, which \`load_columns\` would add`,
      {
        column: taken.name,
        hint:
          `leave it out or give it another name (columns: { ${taken.name}: { as: loaded_before } }), or leave load_columns out`,
      },
    );
  }
  return [
    { name: RUN_ID, type: { kind: "text" }, value: run },
    { name: LOADED_AT, type: { kind: "timestamptz", precision: 6 }, value: instant(at) },
  ];
}

/** RFC 3339, UTC, with microseconds. */
function instant(at = performance.timeOrigin + performance.now()): string {
  const whole = Math.floor(at), micros = Math.floor((at - whole) * 1000);
  return new Date(whole).toISOString().replace("Z", `${String(micros).padStart(3, "0")}Z`);
}

/** A batch with the columns of the load. A destination that takes bytes fills them in itself. */
export function withLoadColumns<B extends ScanBatch | BytesBatch>(
  batch: B,
  columns: readonly LoadColumn[],
  { accepts }: Pick<Destination, "accepts">,
): B {
  if (columns.length === 0 || batch.kind !== "scan" || !accepts.includes("scan")) return batch;
  const values = columns.map(({ name, type, value }) =>
    `CAST(${value === null ? "NULL" : quoteText(value)} AS ${duckType(type)}) AS ${quoteName(name)}`
  );
  const query = `SELECT *, ${values.join(", ")} FROM (${batch.query}) l`;
  return { ...batch, schema: [...batch.schema, ...columns], query };
}
