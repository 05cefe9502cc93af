import { type TSchema, Type } from "@sinclair/typebox";
import type { OnLoss } from "../../../sdk/mod.ts";
import { noted } from "../form/note.ts";
import { CONTRACT_COLUMNS, CONTRACT_TYPES, type MaxRejects, type PipelineStream } from "../pipeline.ts";
import { isMap, type Plain, type PlainMap } from "../tree/tree.ts";

const WORDS = ["fail", "allow", "text", "null", "reject"] as const satisfies readonly OnLoss[];

/** The schema of `on_loss`. */
export const ON_LOSS_SCHEMA: TSchema = Type.Union(WORDS.map((word) => Type.Literal(word)), {
  description:
    "What happens to a value that the target cannot hold: the load stops (`fail`, the default), the nearest value " +
    "(`allow`) or NULL (`null`) takes its place and is counted, the column is `text`, or the row is set aside (`reject`).",
});

/** The schema of `contract`. */
export const CONTRACT_SCHEMA: TSchema = noted(
  Type.Object({
    columns: Type.Optional(
      Type.Union(CONTRACT_COLUMNS.map((word) => Type.Literal(word)), {
        description:
          "What happens to columns that the target does not have, or the source no longer: they are added, and NULL is loaded " +
          "(`evolve`, the default), the load stops (`freeze`), rows with a value in a column that the target lacks are set " +
          "aside (`reject`), or such columns are left out and their values counted (`ignore`).",
      }),
    ),
    types: Type.Optional(
      Type.Union(CONTRACT_TYPES.map((word) => Type.Literal(word)), {
        description:
          "What happens where the source has another type than the target: a type that holds all values of the old one takes " +
          "its place, any other stops the load (`evolve`, the default), any difference stops it (`freeze`), or rows with " +
          "values that do not fit are set aside (`reject`).",
      }),
    ),
    rows: Type.Optional(
      Type.Union([Type.Literal("freeze"), Type.Literal("reject")], {
        description:
          "What happens to rows that break a declared type or have NULL in a merge key, and to broken lines of files: " +
          "the load stops (`freeze`, the default), or they are set aside (`reject`).",
      }),
    ),
  }, { additionalProperties: false, title: "contract", description: "What rows must keep to." }),
  { wanted: "a mapping such as { rows: reject }" },
);

const PERCENT = /^(\d{1,2}(?:\.\d+)?|100)\s*%$/;

/** The schema of `max_rejects`. */
export const MAX_REJECTS_SCHEMA: TSchema = noted(
  Type.Union([Type.Integer({ minimum: 0 }), Type.String({ pattern: PERCENT.source })], {
    description:
      "Most rows that may be set aside: a count, or a share of the rows read (`1%`). Over it nothing is loaded. Default: no limit.",
  }),
  { wanted: "a count such as 100, or a share such as 1%" },
);

/** The keys of this file that a pipeline, `defaults` and a stream have. */
export const LOSS_KEYS = {
  on_loss: Type.Optional(ON_LOSS_SCHEMA),
  contract: Type.Optional(CONTRACT_SCHEMA),
  max_rejects: Type.Optional(MAX_REJECTS_SCHEMA),
};

/** What `on_loss` says, where its form is right. */
export function onLossOf(value: Plain | undefined): OnLoss | undefined {
  return WORDS.find((word) => word === value);
}

/** What a stream's layers, the strongest first, say of values and rows that do not fit. */
export function lossOf(
  layers: readonly PlainMap[],
): Pick<PipelineStream, "onLoss" | "rows" | "contract" | "maxRejects"> {
  const first = (key: string) => layers.find((layer) => key in layer)?.[key];
  const onLoss = onLossOf(first("on_loss"));
  const contracts = layers.map(({ contract }) => contract).filter((contract) => isMap(contract));
  const said = (key: string) => contracts.find((contract) => key in contract)?.[key];
  const rows = said("rows");
  const columns = CONTRACT_COLUMNS.find((word) => word === said("columns"));
  const types = CONTRACT_TYPES.find((word) => word === said("types"));
  const maxRejects = maxRejectsOf(first("max_rejects"));
  return {
    ...(onLoss && { onLoss }),
    ...((rows === "freeze" || rows === "reject") && { rows }),
    ...((columns || types) && { contract: { ...(columns && { columns }), ...(types && { types }) } }),
    ...(maxRejects && { maxRejects }),
  };
}

function maxRejectsOf(value: Plain | undefined): MaxRejects | undefined {
  if (typeof value === "number") return { kind: "count", rows: value };
  const percent = typeof value === "string" ? PERCENT.exec(value)?.[1] : undefined;
  return percent === undefined ? undefined : { kind: "share", percent: Number(percent) };
}
