import { type TSchema, Type } from "@sinclair/typebox";
import { noted } from "../form/note.ts";
import type { Hooks, PipelineHooks } from "../pipeline.ts";
import { lineAndColumn } from "../tree/excerpt.ts";
import { isMap, type Plain, type Tree } from "../tree/tree.ts";

const closed = { additionalProperties: false };

function statements(description: string) {
  const either = Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }))], {
    description,
  });
  return Type.Optional(noted(either, { wanted: "a statement of SQL, or a list of them" }));
}

/** The schema of `hooks`. */
export const HOOKS_SCHEMA: TSchema = noted(
  Type.Object({
    before: statements("SQL on the destination before anything is loaded; where it fails, nothing is."),
    after: statements("SQL on the destination after all streams are loaded; where it fails, the rows stay."),
    source: Type.Optional(
      Type.Object({
        before: statements("SQL on the source before anything is read."),
        after: statements("SQL on the source after all streams are loaded."),
      }, { ...closed, title: "hooks.source", description: "The same on the source." }),
    ),
  }, { ...closed, title: "hooks", description: "SQL that runs before and after a load, outside of its commit." }),
  { wanted: "a mapping such as { after: [ANALYZE raw.orders] }" },
);

/** What `hooks` of a pipeline says, where its form is right. */
export function hooksOf({ root, text, path, places }: Tree): { readonly hooks?: PipelineHooks } {
  const given = isMap(root) ? root.hooks : undefined;
  if (!isMap(given)) return {};
  const placeOf = (pointer: string) => {
    const [start] = places.get(pointer)?.key ?? [];
    return path === null || start === undefined ? {} : { place: lineAndColumn(text, start) };
  };
  return {
    hooks: {
      destination: { ...listsOf(given), ...placeOf("/hooks") },
      source: { ...listsOf(given.source), ...placeOf("/hooks/source") },
    },
  };
}

function listsOf(value: Plain | undefined): Hooks {
  const list = (given: Plain | undefined) => [given ?? []].flat().filter((sql) => typeof sql === "string");
  const { before, after } = isMap(value) ? value : {};
  return { before: list(before), after: list(after) };
}
