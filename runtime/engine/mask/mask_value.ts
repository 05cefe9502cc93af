import type { DataType } from "../../../sdk/mod.ts";
import type { Mask } from "../../config/pipeline.ts";
import { duckType } from "../move/duck_type.ts";
import { canonicalText } from "./canonical_text.ts";
import { keyedHash } from "./mask_key.ts";

/** What stands in the place of a value that is redacted. */
const REDACTED = "[redacted]";
/** Of a text of fewer characters nothing is shown, of a longer one a quarter, and no more than this. */
const SHOWN_FROM = 8, MOST_SHOWN = 4;

/** A masked value and its type. */
export interface MaskedValue {
  readonly type: DataType;
  readonly sql: string;
}

/** SQL that gives a value masked. The one place that knows what masks do: what leaves the stage in any way goes through it. */
export function maskValue({ type, sql: ref }: MaskedValue, mask: Mask): MaskedValue {
  const text = canonicalText(type, ref);
  switch (mask) {
    case "null":
      return { type, sql: `CAST(NULL AS ${duckType(type)})` };
    case "redact":
      return { type: { kind: "text" }, sql: `CASE WHEN ${ref} IS NULL THEN NULL ELSE '${REDACTED}' END` };
    case "hash":
      return { type: { kind: "text" }, sql: `left(${keyedHash(text)}, 32)` };
    case "partial": {
      const length = `length_grapheme(${text})`;
      const shown = `CASE WHEN ${length} < ${SHOWN_FROM} THEN 0 ELSE least(${MOST_SHOWN}, ${length} // 4) END`;
      return { type: { kind: "text" }, sql: `'****' || right_grapheme(${text}, ${shown})` };
    }
  }
}
