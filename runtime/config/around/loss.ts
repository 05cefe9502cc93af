import { type TSchema, Type } from "@sinclair/typebox";
import type { OnLoss } from "../../../sdk/mod.ts";
import { LATER_IN_CONTRACT } from "../form/later_words.ts";
import { noted } from "../form/note.ts";
import type { MaxRejects, PipelineStream } from "../pipeline.ts";
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
    rows: Type.Optional(
      Type.Union([Type.Literal("freeze"), Type.Literal("reject")], {
        description:
          "What happens to rows that break a declared type or have NULL in a merge key, and to broken lines of files: " +
          "the load stops (`freeze`, the default), or they are set aside (`reject`).",
      }),
    ),
  }, { additionalProperties: false, title: "contract", description: "What rows must keep to." }),
  { later: LATER_IN_CONTRACT, wanted: "a mapping such as { rows: reject }" },
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
export function lossOf(layers: readonly PlainMap[]): Pick<PipelineStream, "onLoss" | "rows" | "maxRejects"> {
  const first = (key: string) => layers.find((layer) => key in layer)?.[key];
  const onLoss = onLossOf(first("on_loss"));
  const contracts = layers.map(({ contract }) => contract).filter((contract) => isMap(contract));
  const rows = contracts.find((contract) => "rows" in contract)?.rows;
  const maxRejects = maxRejectsOf(first("max_rejects"));
  return {
    ...(onLoss && { onLoss }),
    ...((rows === "freeze" || rows === "reject") && { rows }),
    ...(maxRejects && { maxRejects }),
  };
}

function maxRejectsOf(value: Plain | undefined): MaxRejects | undefined {
  if (typeof value === "number") return { kind: "count", rows: value };
  const percent = typeof value === "string" ? PERCENT.exec(value)?.[1] : undefined;
  return percent === undefined ? undefined : { kind: "share", percent: Number(percent) };
}
