import assert from "node:assert/strict";
import fc from "fast-check";
import { isDoubleExact, markNumbers, RISKY_NUMBER } from "../../../runtime/engine/json/json_numbers.ts";
import { runs } from "../stage_session.ts";

const digits = (most: number) => fc.stringMatching(new RegExp(`^(0|[1-9][0-9]{0,${most}})$`));
const fraction = fc.option(fc.stringMatching(/^[0-9]{1,20}$/), { nil: undefined });
const exponent = fc.option(fc.tuple(fc.constantFrom("e", "E"), fc.constantFrom("", "+", "-"), fc.nat(400)), {
  nil: undefined,
});
const number = fc.tuple(fc.constantFrom("", "-"), digits(20), fraction, exponent).map(([sign, whole, part, power]) =>
  `${sign}${whole}${part === undefined ? "" : `.${part}`}${power ? power.join("") : ""}`
);

/** A number as a whole number times a power of ten. */
function exactly(token: string): readonly [bigint, bigint] {
  const [mantissa, power = "0"] = token.toLowerCase().split("e");
  const [whole, part = ""] = mantissa.split(".");
  return [BigInt(whole.replace("-", "") + part), BigInt(power) - BigInt(part.length)];
}

function isSame(a: string, b: string): boolean {
  const [[left, x], [right, y]] = [exactly(a), exactly(b)];
  const least = x < y ? x : y;
  return left * 10n ** (x - least) === right * 10n ** (y - least);
}

Deno.test("a number is exact as a double when its shortest text is the same number", () => {
  fc.assert(
    fc.property(number, (token) => {
      const value = Number(token);
      assert.equal(isDoubleExact(token), Number.isFinite(value) && isSame(String(value), token), token);
    }),
    runs(2000),
  );
});

Deno.test("every number that a double changes is found by the quick look", () => {
  const risky = new RegExp(RISKY_NUMBER);
  fc.assert(
    fc.property(number, (token) => {
      if (/[.eE]/.test(token) ? isDoubleExact(token) : token !== "-0") return;
      assert.match(`{"v":${token}}`, risky);
    }),
    runs(2000),
  );
});

async function marked(chunks: readonly string[], spelling = false): Promise<string> {
  const bytes = ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk)));
  const stream = bytes.pipeThrough(markNumbers(() => {}, { mark: "M:", spelling }));
  const parts = await Array.fromAsync(stream);
  return new TextDecoder().decode(Uint8Array.from(parts.flatMap((part) => [...part])));
}

Deno.test("only numbers that a double changes are marked, and none in a text", async () => {
  const json = '{"a":1e400,"b":[0.5,-0,12345678901234567890],"c":"1e400 \\" -0","d":-0}';
  assert.equal(
    await marked([json]),
    '{"a":"M:1e400","b":[0.5,"M:-0",12345678901234567890],"c":"1e400 \\" -0","d":"M:-0"}',
  );
  assert.equal(await marked(['{"a":1.50,"b":15}'], true), '{"a":"M:1.50","b":15}');
});

Deno.test("where a chunk ends changes nothing", async () => {
  const values = fc.array(fc.oneof(number, fc.constantFrom('"1e400"', '"a\\"b"', "null", "[]")), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(values, fc.array(fc.nat(60), { maxLength: 4 }), async (members, cuts) => {
      const json = `[${members.join(",")}]`;
      const places = [...new Set([0, ...cuts.filter((cut) => cut < json.length), json.length])].sort((a, b) => a - b);
      const chunks = places.slice(1).map((end, index) => json.slice(places[index], end));
      assert.equal(await marked(chunks), await marked([json]));
    }),
    runs(300),
  );
});
