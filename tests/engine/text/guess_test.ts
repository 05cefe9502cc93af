import assert from "node:assert/strict";
import fc from "fast-check";
import { guessTypes } from "../../../runtime/engine/text/guess.ts";
import { parseText } from "../../../runtime/engine/text/parse_text.ts";
import { quoteText, typeText } from "../../../sdk/mod.ts";
import { openSession, runs } from "../stage_session.ts";

const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${most}}$`));
const sign = fc.constantFrom("", "-", "+");
const numberLike = fc.oneof(
  fc.tuple(sign, digits(20)).map((parts) => parts.join("")),
  fc.tuple(sign, digits(20), digits(20)).map(([s, a, b]) => `${s}${a}.${b}`),
  fc.tuple(sign, digits(4), digits(4), fc.constantFrom("e", "E"), sign, digits(3)).map(([s, a, b, e, t, x]) =>
    `${s}${a}.${b}${e}${t}${x}`
  ),
  fc.constantFrom("-0", "-0.0", "NaN", "Infinity", "-Infinity", "nan", ".5", "5.", "1_0", "1e5", "0x1"),
);
const column = fc.oneof(
  fc.array(numberLike, { minLength: 1, maxLength: 4 }),
  fc.array(digits(5), { minLength: 1, maxLength: 4 }),
  fc.array(fc.double().map(String), { minLength: 1, maxLength: 4 }),
  fc.array(fc.constantFrom("true", "false", "True", "1"), { minLength: 1, maxLength: 3 }),
  fc.array(
    fc.stringMatching(
      /^[0-9]{4}-[01][0-9]-[0-3][0-9]([ T][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,8})?(Z|[+-][0-9]{2})?)?$/,
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
);

/** Sign, significant digits and exponent of a number; the text itself where it is none. */
function meaning(text: string): string {
  const match = /^(-?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(text);
  if (!match) return { nan: "NaN", inf: "Infinity", "-inf": "-Infinity" }[text] ?? text;
  const [, minus, whole, fraction = "", exponent = "0"] = match;
  const all = (whole + fraction).replace(/^0+/, "");
  const significant = all.replace(/0+$/, "");
  if (significant === "") return `${minus}0`;
  return `${minus}${significant}e${
    BigInt(exponent) - BigInt(fraction.length) + BigInt(all.length - significant.length)
  }`;
}

/** The instant of a text of a date or a moment, to compare spellings. */
function instant(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d)?$/.exec(text);
  if (!match) return text;
  const [, day, clock, fraction = "", zone] = match;
  const at = Date.parse(`${day}T${clock}${zone === undefined || zone === "Z" ? "Z" : `${zone}:00`}`);
  return `${at} ${fraction.replace(/0+$/, "")} ${zone === undefined ? "local" : "instant"}`;
}

Deno.test("a guessed type gives back every value exactly", async () => {
  await using stage = await openSession();
  const { session } = stage;
  await fc.assert(
    fc.asyncProperty(column, async (texts) => {
      const table = `(SELECT unnest([${texts.map(quoteText).join(", ")}]) AS v)`;
      const type = (await guessTypes(session, { columns: ["v"], query: `FROM ${table}` })).get("v")!;
      const sql = parseText({ name: "v", ref: "t.v", type, rule: "guess" });
      const rows = await session.all(`SELECT CAST(${sql} AS VARCHAR) AS v FROM ${table} t`);
      const same = type.kind === "timestamp" || type.kind === "timestamptz" ? instant : meaning;
      const isText = type.kind === "text";
      assert.deepEqual(
        rows.map(({ v }) => isText ? v : same(String(v))),
        texts.map((text) => isText ? text : same(text)),
        typeText(type),
      );
    }),
    runs(150),
  );
});
