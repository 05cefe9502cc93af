import { deepEqual, equal, throws } from "node:assert/strict";
import { isPattern, parsePattern } from "../../../runtime/config/form/stream_pattern.ts";
import { formatName, parseName } from "../../../sdk/mod.ts";

const NAMES = [
  "public.orders",
  "public.tmp_1",
  "public.tmp_12",
  "Public.orders",
  'public."a*b"',
  'public."a.b"',
  "public.axb",
  "größe.übung",
  "db.public.orders",
].map(parseName);

const fits = (text: string) => NAMES.filter((name) => parsePattern(text).matches(name)).map(formatName);

Deno.test("a pattern matches the last parts of a name, exactly by case, and quotes mean what they hold", () => {
  deepEqual(fits("public.tmp_?"), ["public.tmp_1"]);
  deepEqual(fits("public.tmp_*"), ["public.tmp_1", "public.tmp_12"]);
  deepEqual(fits("*.orders"), ["public.orders", "Public.orders", "db.public.orders"]);
  deepEqual(fits("db.*.*"), ["db.public.orders"]);
  deepEqual(fits('"a*b"'), ['public."a*b"']);
  deepEqual(fits("a*b"), ['public."a*b"', 'public."a.b"', "public.axb"]);
  deepEqual(fits('public."a.b"'), ['public."a.b"']);
  deepEqual(fits("größe.?bung"), ["größe.übung"]);
  equal(fits("*").length, NAMES.length);
});

Deno.test("a name is a pattern by * and ? outside of quotes, or by a ! in front", () => {
  deepEqual(["a*", "a.b?", "!a", '"a*"', '"!a"', "a!", "a.b"].map(isPattern), [
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
  deepEqual([parsePattern("!a.b*").excludes, parsePattern("!a.b*").text, parsePattern("!a.b").isWild], [
    true,
    "a.b*",
    false,
  ]);
});

Deno.test("a pattern without form is refused", () => {
  for (const text of ["", "a.", ".a*", "a.b.c.d*", "!"]) {
    throws(() => parsePattern(text), { code: "pipeline.invalid" }, text);
  }
});
