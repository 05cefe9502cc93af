import { Type } from "@sinclair/typebox";
import type { PipelineStream } from "../pipeline.ts";
import type { PlainMap } from "../tree/tree.ts";

/** The key of a pipeline, `defaults` and a stream that asks for a proof. */
export const PROOF_KEYS = {
  verify: Type.Optional(
    Type.Boolean({
      description:
        "Read back what was sent, before the commit, and compare it with what was read: count and hash of all rows. Default: false.",
    }),
  ),
};

/** What a stream's layers, the strongest first, say of it. */
export function proofOf(layers: readonly PlainMap[]): Pick<PipelineStream, "verify"> {
  return { ...(layers.find((layer) => "verify" in layer)?.verify === true && { verify: true }) };
}
