import { DtegError, formatName, type TableName, type TargetState, type WriteMode } from "../../../sdk/mod.ts";
import type { PipelineStream } from "../../config/pipeline.ts";
import { keyMark } from "./mask_key.ts";

/** How the columns of a load are masked, by their name in the source: what the state keeps. */
export type Masks = NonNullable<TargetState["masks"]>;

/** The masks of a stream's columns; of a hash also which key it is made with. */
export function masksOf({ columns }: Pick<PipelineStream, "columns">, key: string | undefined): Masks {
  return Object.fromEntries(
    columns.flatMap(({ name, mask }) =>
      mask === undefined ? [] : [[name, mask === "hash" && key !== undefined ? `hash ${keyMark(key)}` : mask]]
    ),
  );
}

/**
 * Refuses rows whose masked columns would not fit those that are there: made with another key no hash would match, and beside values
 * that are not masked a mask hides little.
 */
export function refuseOtherMasks(
  masks: Masks,
  { before, names, table, write }: {
    readonly before?: TargetState;
    /** Name in the target by name in the source. */
    readonly names: Readonly<Record<string, string>>;
    readonly table: TableName;
    readonly write: WriteMode;
  },
): void {
  if (!before || write === "replace") return;
  for (const name of Object.keys(names)) {
    const now = masks[name], then = before.masks?.[name];
    if (now === then || !Object.hasOwn(before.names, name)) continue;
    const isKey = now?.startsWith("hash ") && then?.startsWith("hash ");
    const what = isKey
      ? "was hashed with another key"
      : `was loaded ${then ? `with mask: ${then.split(" ")[0]}` : "without a mask"}`;
    const hint = isKey
      ? "put the key of before back (secret mask_key), or load all rows again with write: replace"
      : "take the mask back, or load all rows again with write: replace";
    throw new DtegError(
      "mask.changed",
      `column ${JSON.stringify(name)} of ${formatName(table)} ${what}: rows of both would not fit`,
      {
        column: name,
        hint,
      },
    );
  }
}
