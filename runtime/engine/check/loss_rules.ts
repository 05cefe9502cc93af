import type { DataType, OnLoss, TypeRow } from "../../../sdk/mod.ts";
import type { PipelineStream } from "../../config/pipeline.ts";

/**
 * What becomes of a value that does not fit: the load stops, the nearest value or NULL takes its place, or its row is set aside; `near or
 * reject`: that where no value is near; `ignore`: it is left out, and counted.
 */
export type Action = "fail" | "allow" | "near or reject" | "null" | "reject" | "ignore";

/** What a stream says of values that do not fit, by the column's name in the source. */
export interface LossRules {
  /** As it is said: column over stream over pipeline. */
  onLoss(column: string): OnLoss;
  /** What a source is told: text only where the column itself says so, since each time and decimal would become text otherwise. */
  source(column: string): OnLoss;
  /** For a value that the target, or the way to it, cannot hold. */
  target(column: string): Action;
  /** For a value that says none of a type which was declared. */
  declared(column: string): Action;
  /** For a value that says none of the type which the target's column has. */
  ofTable(column: string): Action;
  /** What becomes of values of a column that the target does not have. Absent: it gets the column. */
  readonly unknown?: "reject" | "ignore";
  /** Rows with a value that the type of the table's column does not hold are set aside. */
  readonly rejectsTypes: boolean;
  /** Rows that break a rule are set aside. */
  readonly setsAside: boolean;
  /** Some rows may be set aside, by one rule or another. */
  readonly keepsRows: boolean;
  /** Nothing is said but `fail`: no value needs to be looked at twice. */
  readonly isPlain: boolean;
}

/** The rules of a stream. `on_loss` comes first; what it leaves to fail, `contract.rows` decides. */
export function lossRules(
  { columns, onLoss, rows, contract }: Pick<PipelineStream, "columns" | "onLoss" | "rows" | "contract">,
): LossRules {
  const own = new Map(columns.flatMap(({ name, onLoss }) => onLoss ? [[name, onLoss] as const] : []));
  const saidOf = (column: string) => own.get(column) ?? onLoss ?? "fail";
  const target = (column: string): Action => {
    const said = saidOf(column);
    return said === "text" ? "fail" : said;
  };
  const setsAside = rows === "reject";
  const all = [onLoss, ...own.values()];
  const unknown = contract?.columns === "reject" || contract?.columns === "ignore" ? contract.columns : undefined;
  const rejectsTypes = contract?.types === "reject";
  const declared = (column: string): Action => {
    const action = target(column);
    if (!setsAside) return action;
    return action === "fail" ? "reject" : action === "allow" ? "near or reject" : action;
  };
  return {
    onLoss: saidOf,
    source: (column) => saidOf(column) === "text" && !own.has(column) ? "fail" : saidOf(column),
    target,
    declared,
    ofTable: (column) => rejectsTypes && declared(column) === "fail" ? "reject" : declared(column),
    ...(unknown && { unknown }),
    rejectsTypes,
    setsAside,
    keepsRows: setsAside || rejectsTypes || unknown === "reject" || all.includes("reject"),
    isPlain: !setsAside && !rejectsTypes && !unknown && all.every((said) => said === undefined || said === "fail"),
  };
}

/** True for a column that `on_loss: text` makes text: the target does not hold all values of its type. */
export function becomesText(
  { name, type }: { readonly name: string; readonly type: DataType },
  { types, loss }: { readonly types: readonly TypeRow[]; readonly loss?: LossRules },
): boolean {
  if (loss?.onLoss(name) !== "text" || type.kind === "text" || type.kind === "other") return false;
  const grade = types.find((row) => row.matches(type))?.grade;
  return grade === "lossy" || grade === "exact except";
}
