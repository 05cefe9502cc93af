import type { PipelineStream } from "../pipeline.ts";

/** A column of a key that is masked so that it tells rows apart no longer. */
export interface UnfitKey {
  readonly column: string;
  readonly fault: { readonly code: "stream.key"; readonly message: string; readonly hint: string };
}

/** The first column of a merge's key whose mask gives different values the same text. */
export function unfitKey({ key, columns }: Pick<PipelineStream, "key" | "columns">): UnfitKey | undefined {
  const found = columns.find(({ name, as, mask }) =>
    mask !== undefined && mask !== "hash" && (key.includes(name) || (as !== undefined && key.includes(as)))
  );
  return found && {
    column: found.name,
    fault: {
      code: "stream.key",
      message: `the key column ${
        JSON.stringify(found.name)
      } has mask: ${found.mask}, with which different rows would have one key`,
      hint: "use mask: hash, which keeps different values different",
    },
  };
}
