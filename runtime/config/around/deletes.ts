import { type TProperties, Type } from "@sinclair/typebox";
import type { DtegError } from "../../../sdk/mod.ts";
import type { StreamDeletes } from "../pipeline.ts";
import { fault, type PlainMap, type Tree } from "../tree/tree.ts";

const HOWS = ["none", "mark", "remove"] as const;

/** The keys of a stream that say what becomes of rows which the source no longer has. */
export const DELETE_KEYS: TProperties = {
  delete: Type.Optional(
    Type.Union(HOWS.map((word) => Type.Literal(word)), {
      description:
        "What becomes of rows of the target that the source no longer has: `remove` them, `mark` them in the column " +
        "_dteg_deleted_at, or leave them (`none`). It wants `write: merge`. Default: none.",
    }),
  ),
  delete_when: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "Condition in the source's SQL of rows that count as deleted, for sources that mark them. Without it the keys of both " +
        "ends are compared.",
    }),
  ),
};

/** What a stream's words say of deletes, and what is wrong with them. What `defaults` say counts for streams that are merged. */
export function deletesOf(
  tree: Tree,
  { all, write, isStated, whereIs, name }: {
    readonly all: PlainMap;
    readonly write: string;
    readonly isStated: (key: string) => boolean;
    readonly whereIs: (key: string) => string;
    readonly name: string | null;
  },
): { readonly deletes?: StreamDeletes; readonly errors: readonly DtegError[] } {
  const how = all.delete, when = typeof all.delete_when === "string" ? all.delete_when : undefined;
  const refuse = (key: string, message: string, hint: string) => ({
    errors: [fault(tree, whereIs(key), { code: "pipeline.invalid", message, hint })],
  });
  const stream = `the stream ${JSON.stringify(name)}`;
  if (how !== "mark" && how !== "remove") {
    if (when === undefined || !isStated("delete_when")) return { errors: [] };
    return refuse("delete_when", `delete_when of ${stream} wants delete: mark or delete: remove`, "add delete: remove");
  }
  if (write !== "merge") {
    if (!isStated("delete")) return { errors: [] };
    return refuse(
      "delete",
      `delete: ${how} of ${stream} wants write: merge, and it is ${write}`,
      "add write: merge and a key; a replace leaves nothing that the source does not have",
    );
  }
  return { errors: [], deletes: { how, ...(when !== undefined && { when }) } };
}
