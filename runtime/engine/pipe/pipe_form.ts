import { type DuckSession, quoteName, type ScanBatch, type TypeRow } from "../../../sdk/mod.ts";
import { targetType } from "../../../sdk/mod.ts";
import { columnAliases, columnRefs } from "../move/column_refs.ts";

/** What a pipe carries, and how DuckDB writes it. */
export interface PipeForm {
  readonly format: "csv" | "pgcopy";
  /** The query whose columns DuckDB writes. */
  readonly query: (scan: ScanBatch) => string;
  /** Options of its COPY. */
  readonly options: string;
  /** What stands in the place of a stream to which no thread wrote. */
  readonly empty: Uint8Array;
}

/** The text form of CSV. */
export function csvForm(session: DuckSession, { schema }: ScanBatch): PipeForm {
  // a line of \. alone would end the data for PostgreSQL: only a table of one column can have it
  const quoting = schema.length === 1 ? ", FORCE_QUOTE *" : "";
  return {
    format: "csv",
    query: (scan) => session.text(scan, { format: "csv" }),
    options: `FORMAT csv, HEADER false, DELIM ',', QUOTE '"', ESCAPE '"', NULLSTR ''${quoting}`,
    empty: new Uint8Array(),
  };
}

/** Signature, flags and no extension; then the mark of the end. */
const EMPTY_COPY = Uint8Array.from([
  ...new TextEncoder().encode("PGCOPY\n"),
  0xff,
  0x0d,
  0x0a,
  0,
  ...Array(8).fill(0),
  0xff,
  0xff,
]);

/** PostgreSQL's binary COPY; undefined where a column has no such form. DuckDB writes it with the extension that reads PostgreSQL. */
export function packedForm({ schema }: ScanBatch, types: readonly TypeRow[]): PipeForm | undefined {
  const isPacked = schema.every((column) => !column.native && targetType(types, column).packed?.("v", column.type));
  if (!isPacked) return undefined;
  const names = columnAliases(schema);
  return {
    format: "pgcopy",
    query(scan) {
      const refs = columnRefs(scan, "t");
      const list = schema.map((column, index) => {
        const packed = targetType(types, column).packed?.(refs.columns[index], column.type);
        return `${packed} AS ${quoteName(names[index])}`;
      });
      return `SELECT ${list.join(", ")} FROM ${refs.from}`;
    },
    options: "FORMAT postgres_binary",
    empty: EMPTY_COPY,
  };
}
