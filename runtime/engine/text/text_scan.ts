import type { ScanBatch, Schema } from "../../../sdk/mod.ts";
import { type Flaw, type JudgedColumn, judgedQuery } from "../check/judged_query.ts";
import { PART, type RawColumn, rawName, RECORD } from "../check/origin.ts";
import { columnAliases } from "../move/column_refs.ts";
import { parseText, textChecks } from "./parse_text.ts";
import type { TextColumn } from "./text_rule.ts";

/** Columns of text that become values. */
export interface TextRows {
  readonly columns: readonly TextColumn[];
  /** SQL after FROM, with the alias `r`. */
  readonly from: string;
  /** Name of the column that holds the name of a row's file, which is `file_name` of `r`. */
  readonly filenameColumn?: string;
  /** The rows as they came are handed on, with their places: both stand in `r`. */
  readonly keepsRows?: boolean;
}

/** A query of values, and where rows may be set aside the columns as they came. */
export function textScan(
  { columns, from, filenameColumn, keepsRows = false }: TextRows,
): { readonly scan: ScanBatch; readonly told: readonly Flaw[]; readonly raw?: readonly RawColumn[] } {
  const schema: Schema = [
    ...columns.map(({ name, type }) => ({ name, type })),
    ...(filenameColumn === undefined ? [] : [{ name: filenameColumn, type: { kind: "text" } } as const]),
  ];
  const aliases = columnAliases(schema);
  const values = columns.map((column, index): JudgedColumn => ({
    alias: aliases[index],
    value: parseText(column),
    raw: column.ref,
    checks: textChecks(column),
  }));
  if (filenameColumn !== undefined) values.push({ alias: aliases[columns.length], value: "r.file_name", checks: [] });
  const raw = keepsRows ? columns.map(({ name }, index) => ({ name, at: rawName(index) })) : undefined;
  const hidden = raw
    ? [
      ...raw.map(({ at }, index) => ({ alias: at, value: columns[index].ref, checks: [] })),
      ...[PART, RECORD].map((name) => ({ alias: name, value: `r."${name}"`, checks: [] })),
    ]
    : [];
  const { query, flaws } = judgedQuery([...values, ...hidden], { from });
  return {
    scan: { kind: "scan", schema, query, ...(flaws.length > 0 && { refused: flaws }) },
    told: flaws,
    ...(raw && { raw }),
  };
}
