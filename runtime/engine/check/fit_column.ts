import { type Column, type DataType, DtegError, type TypeRow, typeText } from "../../../sdk/mod.ts";
import type { ColumnRule, Mask } from "../../config/pipeline.ts";
import { maskValue } from "../mask/mask_value.ts";
import { castChecks, type CastColumn, castValue, sameType } from "../move/cast_value.ts";
import { tableTypeOf } from "../drift/column_drift.ts";
import type { Fitting } from "./fitting.ts";
import { judgeLacks, judgeValue } from "./judge_value.ts";
import type { Check, JudgedColumn } from "./judged_query.ts";
import { becomesText } from "./loss_rules.ts";

/** A column on its way into the target. */
export interface FittedColumn {
  /** As the load has it. */
  readonly column: Column;
  readonly judged: Omit<JudgedColumn, "alias">;
}

/** What is known of a column beside what it is: what the pipeline says of it, and where it goes. */
export interface ColumnAim extends Partial<Pick<ColumnRule, "type" | "mask">> {
  /** Its name in the target. */
  readonly name: string;
  readonly types: readonly TypeRow[];
  /** Absent: the query stops at the first value that does not fit. */
  readonly fitting?: Fitting;
}

/** Brings a column to the type that it has in the target. */
export function fitColumn(source: Column & { readonly ref: string }, aim: ColumnAim): FittedColumn {
  const { name, type: said, mask, types, fitting } = aim;
  const { ref: _, ...column } = source;
  const loss = fitting?.loss;
  const target = loss?.target(column.name) ?? "fail";
  const cast = said === undefined ? target : loss?.declared(column.name) ?? "fail";
  const asText = said === undefined && !mask && becomesText(column, { types, loss });
  if (asText) refuseOtherType(column.name, aim);
  const asked = said ?? (asText ? { kind: "text" } as const : column.type);
  const masked = mask && maskColumn({ ...source, action: cast }, { type: asked, mask });
  const loaded = masked?.type ?? asked;
  const row = types.find((candidate) => candidate.matches(loaded));
  const contracted = mask || asText ? undefined : contractType({ ...column, name, type: loaded }, { said, fitting });
  const there = contracted ?? (said === undefined && !mask && !asText ? tableType(column, aim) : undefined);
  const type = there ?? row?.through?.(loaded) ?? loaded;
  const judge = there ? types.find((candidate) => candidate.matches(there)) : row;
  const judged = masked
    ? judgeLacks(masked.judged, { column: column.name, row, action: target })
    : judgeValue(source, { type, row: judge, cast: contracted && cast === "fail" ? "reject" : cast, target });
  const keepsNative = said === undefined && !asText && !there && (!mask || mask === "null");
  const native = keepsNative ? column.native : undefined;
  return {
    column: { ...column, name, type, native, ...(mask === "null" && { nullable: true }) },
    judged: { ...judged, checks: [...judged.checks, ...nullChecks(column.name, aim)] },
  };
}

/** A masked value: it is right, or NULL. What is told of a fault in it holds nothing of the value. */
function maskColumn(
  { action: said = "fail", ...column }: CastColumn,
  { type, mask }: { readonly type: DataType; readonly mask: Mask },
): { readonly type: DataType; readonly judged: Omit<JudgedColumn, "alias"> } {
  const action = said === "near or reject" ? "reject" : said;
  const { type: made, sql } = maskValue({ type, sql: castValue({ ...column, action }, type) }, mask);
  const told = mask === "null" ? [] : castChecks({ ...column, action: action === "fail" ? action : "allow" }, type); // by what was read alone
  const checks = told.map((check): Check => ({ ...check, action, shows: "none" }));
  return { type: made, judged: { value: sql, raw: column.ref, checks } };
}

/** The type of the column that the table has, where `contract.types` sets rows aside whose value it does not hold. */
function contractType(
  { native, ...column }: Column,
  { said, fitting }: Pick<ColumnAim, "fitting"> & { readonly said?: DataType },
): DataType | undefined {
  if (!fitting?.loss.rejectsTypes || !fitting.beside) return undefined;
  return tableTypeOf({ ...column, ...(said === undefined && native && { native }) }, fitting.beside);
}

/** The type of the column that the table has, where it is to be judged by our rules: else the target itself judges. */
function tableType({ name: source, type }: Column, { name, fitting }: ColumnAim): DataType | undefined {
  if (!fitting || fitting.loss.target(source) === "fail") return undefined;
  const there = fitting.table.get(name);
  return there && !sameType(there, type) ? there : undefined;
}

function refuseOtherType(source: string, { name, fitting }: ColumnAim): void {
  const there = fitting?.table.get(name);
  if (!there || there.kind === "text" || there.kind === "other") return;
  throw new DtegError(
    "schema.incompatible",
    `\`on_loss: text\` makes column ${JSON.stringify(source)} text, and the table has ${typeText(there)} for it`,
    { column: source, hint: "load it once with `write: replace`, or take another `on_loss` for the column" },
  );
}

/** NULL where a key or the table's column must have a value. */
function nullChecks(column: string, { name, fitting }: ColumnAim): readonly Check[] {
  const of = {
    column,
    action: "reject",
    fault: (_: string, value: string) => `${value} IS NULL`,
    shows: "none",
  } as const;
  if (fitting?.keys.includes(column)) return [{ ...of, wanted: "a key", code: "data.key_null" }];
  if (!fitting?.required.has(name)) return [];
  return [{ ...of, wanted: "a value, as the table's column must have one", code: "data.constraint" }];
}
