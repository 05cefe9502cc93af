import { Type } from "@sinclair/typebox";
import type { PipelineStream } from "../pipeline.ts";
import type { PlainMap } from "../tree/tree.ts";

/** The key of `defaults` and a stream that lets a load go on where a killed one ended. */
export const RESUME_KEYS = {
  resume: Type.Optional(
    Type.Literal("static", {
      description:
        "The source does not change while it is loaded: after a crash the next run goes on with the parts that are there already, where " +
        "the two ends can. Default: the load starts over.",
    }),
  ),
};

/** What a stream's layers, the strongest first, say of it. */
export function resumeOf(layers: readonly PlainMap[]): Pick<PipelineStream, "resume"> {
  return layers.find((layer) => "resume" in layer)?.resume === "static" ? { resume: "static" } : {};
}
