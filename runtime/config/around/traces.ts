import { Type } from "@sinclair/typebox";
import type { PipelineStream } from "../pipeline.ts";
import type { PlainMap } from "../tree/tree.ts";

/** The keys of a pipeline, `defaults` and a stream that say what a load leaves of itself in its target. */
export const TRACE_KEYS = {
  load_columns: Type.Optional(
    Type.Boolean({
      description:
        "Add the columns `_dteg_run_id` and `_dteg_loaded_at` to what is loaded: which run wrote a row, and when. Default: false.",
    }),
  ),
  keep: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 100,
      description:
        "So many contents that a replace put something else in the place of stay, for `dteg undo`. Default: 0.",
    }),
  ),
};

/** What a stream's layers, the strongest first, say of it. */
export function tracesOf(layers: readonly PlainMap[]): Pick<PipelineStream, "loadColumns" | "keep"> {
  const first = (key: string) => layers.find((layer) => key in layer)?.[key];
  const keep = first("keep");
  return {
    ...(first("load_columns") === true && { loadColumns: true }),
    ...(typeof keep === "number" && keep > 0 && { keep }),
  };
}
