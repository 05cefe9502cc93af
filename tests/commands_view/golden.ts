import assert from "node:assert/strict";

/** Compares a text with the file of that name in golden/; `UPDATE_GOLDEN=1` writes it anew. Escape shows as `␛` there. */
export function assertGolden(name: string, text: string): void {
  const path = new URL(`golden/${name}.txt`, import.meta.url);
  const shown = text.replaceAll("\x1b", "␛");
  if (Deno.env.get("UPDATE_GOLDEN") === "1") Deno.writeTextFileSync(path, shown);
  assert.equal(shown, Deno.readTextFileSync(path));
}
