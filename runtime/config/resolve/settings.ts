import type { DtegError } from "../../../sdk/mod.ts";
import type { Settings } from "../pipeline.ts";
import { parseMemory, parseSize } from "../size.ts";
import { fault, isMap, type Plain, type Tree, valueAt } from "../tree/tree.ts";

/** The `settings` of a file whose form is right, or of a mapping in it, and what is wrong with their values. */
export function settingsOf(
  tree: Tree,
  within = "",
): { readonly settings: Settings; readonly errors: readonly DtegError[] } {
  const errors: DtegError[] = [];
  const value = valueAt(tree.root, `${within}/settings`);
  const { threads, max_memory, max_temp } = isMap(value) ? value : {};

  function bytes(key: string, given: Plain | undefined, parse: (text: string) => number): number | undefined {
    if (given === undefined) return undefined;
    try {
      return parse(String(given));
    } catch (cause) {
      const wanted = cause instanceof Error ? cause.message : "";
      errors.push(
        fault(tree, `${within}/settings/${key}`, {
          code: "pipeline.invalid",
          message: `"${key}" is ${given}: ${wanted}`,
          cause,
        }),
      );
    }
  }

  const maxMemory = bytes("max_memory", max_memory, parseMemory);
  const maxTemp = bytes("max_temp", max_temp, parseSize);
  return {
    settings: {
      ...(typeof threads === "number" && { threads }),
      ...(maxMemory !== undefined && { maxMemory }),
      ...(maxTemp !== undefined && { maxTemp }),
    },
    errors,
  };
}
