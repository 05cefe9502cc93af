import { type DataType, type Existing, quoteName, quoteText, refusedName, type ScanBatch } from "../../../sdk/mod.ts";
import type { PipelineStream } from "../../config/pipeline.ts";
import type { Beside } from "../drift/column_drift.ts";
import { csvText } from "../move/text_form.ts";
import type { Flaw } from "./judged_query.ts";
import type { LossRules } from "./loss_rules.ts";
import { type Origin, PART, RECORD, ROW } from "./origin.ts";

/** How values that do not fit are found without stopping the query. */
export interface Fitting {
  readonly loss: LossRules;
  /** What is there, where the contract is about it. */
  readonly beside?: Beside;
  /** Types of columns of the table that stays, by their names in the target. */
  readonly table: ReadonlyMap<string, DataType>;
  /** Names in the target of columns of that table in which NULL sets a row aside. */
  readonly required: ReadonlySet<string>;
  /** Names in the source of the columns of a merge key whose NULL sets a row aside. */
  readonly keys: readonly string[];
  readonly origin?: Origin;
  /** Faults that the query of files tells, in the order of its `refused`; those of other batches follow `loss`. */
  readonly told?: readonly Flaw[];
}

interface Load {
  readonly loss: LossRules;
  readonly existing?: Existing;
  readonly beside?: Beside;
  readonly origin?: Origin;
  readonly told?: readonly Flaw[];
}

/** How the values of a stream are fitted into its target. */
export function fittingOf(
  { write, key }: Pick<PipelineStream, "write" | "key">,
  { loss, existing, beside, origin, told }: Load,
): Fitting {
  const stays = existing && (write !== "replace" || existing.isKept);
  const columns = stays ? existing.columns.flatMap(({ name, type }) => type ? [[name, type] as const] : []) : [];
  return {
    loss,
    ...(beside && { beside }),
    table: new Map(columns),
    required: new Set(
      stays && loss.setsAside ? existing.columns.filter(({ required }) => required).map(({ name }) => name) : [],
    ),
    keys: (write === "merge" || write === "scd2") && loss.setsAside ? key : [],
    ...(origin && { origin }),
    ...(told && { told }),
  };
}

/** What a batch tells of values that were refused before, of the columns that are wanted. */
export function toldBefore(
  { refused = [] }: ScanBatch,
  { wanted, fitting }: { readonly wanted: readonly string[]; readonly fitting?: Fitting },
): readonly (Flaw & { readonly at: string })[] {
  return refused.flatMap(({ column, wanted: type }, index) =>
    wanted.includes(column)
      ? [{
        column,
        wanted: type,
        action: fitting?.told?.[index]?.action ?? fitting?.loss.target(column) ?? "fail",
        at: refusedName(index),
      }]
      : []
  );
}

/** SQL of a row as it came and of its place, NULL where there is no fault in it; over what has the alias `q`. */
export function keptRow(
  { schema, refused = [] }: ScanBatch,
  { origin }: Pick<Fitting, "origin">,
): (anyFault: string) => readonly string[] {
  const lost = (name: string) =>
    refused.flatMap(({ column }, index) => column === name ? [`q.${quoteName(refusedName(index))}`] : []);
  const texts = origin?.columns?.map(({ name, at }) => ({ name, text: `q.${quoteName(at)}` })) ??
    schema.map(({ name, type }, index) => {
      const texts = [...lost(name), csvText(type, `q.c${index}`)];
      return { name, text: texts.length > 1 ? `coalesce(${texts.join(", ")})` : texts[0] };
    });
  const members = texts.map(({ name, text }) => `${quoteText(name)}, ${text}`).join(", ");
  const place = (name: string) => origin ? `q.${quoteName(name)}` : "NULL";
  return (anyFault) =>
    [
      [`CAST(json_object(${members}) AS VARCHAR)`, ROW],
      [place(PART), PART],
      [place(RECORD), RECORD],
    ].map(([sql, name]) => `CASE WHEN ${anyFault} THEN ${sql} END AS ${quoteName(name)}`);
}
