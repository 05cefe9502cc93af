import { quoteName } from "../../../sdk/mod.ts";

const RESERVED = new Set(
  ("all analyse analyze and any array as asc both case cast check collate column constraint create default deferrable desc " +
    "describe distinct do else end except false fetch for foreign from grant group having in initially intersect into lambda " +
    "lateral leading limit not null offset on only or order pivot placing primary qualify references returning select show some " +
    "summarize symmetric table then to trailing true union unique unpivot using variadic when where window with").split(
      " ",
    ),
);

/** A name as SQL takes it: in quotes where it is no plain word. */
export function sqlName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : quoteName(name);
}

/** A text as a shell takes it: one word, unchanged. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
