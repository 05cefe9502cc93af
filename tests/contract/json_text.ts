/** A value of JSON with its numbers as they are written and its keys as they stand, doubles too. */
export type Json =
  | { readonly kind: "token"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly Json[] }
  | { readonly kind: "object"; readonly members: readonly (readonly [key: string, value: Json])[] };

/** Reads JSON to the letter of RFC 8259; throws an Error at anything else. */
export function readJson(text: string): Json {
  let at = 0;
  const fail = (): never => {
    throw new Error(`no JSON at ${at}: ${JSON.stringify(text.slice(0, 100))}`);
  };
  const blank = () => {
    while (" \t\n\r".includes(text[at] ?? "x")) at++;
  };
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? fail();
    at += found.length;
    return found;
  };
  const string = () => {
    return JSON.stringify(JSON.parse(take(/"(?:[^"\\]|\\.)*"/ys))); // which refuses what is no string
  };
  const list = <T>(close: string, one: () => T): readonly T[] => {
    at++;
    blank();
    const items: T[] = [];
    if (text[at] === close) return at++, items;
    for (;;) {
      items.push(one());
      blank();
      if (text[at] === close) return at++, items;
      if (text[at++] !== ",") fail();
      blank();
    }
  };
  const value = (): Json => {
    blank();
    if (text[at] === "[") return { kind: "list", items: list("]", value) };
    if (text[at] === '"') return { kind: "token", text: string() };
    if (text[at] !== "{") {
      return { kind: "token", text: take(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y) };
    }
    const members = list("}", () => {
      const key = string();
      blank();
      if (text[at++] !== ":") fail();
      return [key, value()] as const;
    });
    return { kind: "object", members };
  };
  const whole = value();
  blank();
  if (at < text.length) fail();
  return whole;
}

/** JSON without blanks, else as it is. */
export function writeJson(json: Json): string {
  if (json.kind === "token") return json.text;
  if (json.kind === "list") return `[${json.items.map(writeJson).join(",")}]`;
  return `{${json.members.map(([key, value]) => `${key}:${writeJson(value)}`).join(",")}}`;
}

/** The one text of a value of JSON: blanks and spellings of letters do not count. */
export const jsonText = (text: string) => writeJson(readJson(text));

/** What a jsonb of PostgreSQL keeps: the last of equal keys, no order of keys, numbers without an exponent, and no minus before a zero. */
export function asJsonb(json: Json): Json {
  if (json.kind === "list") return { kind: "list", items: json.items.map(asJsonb) };
  if (json.kind === "token") {
    return /^[-\d]/.test(json.text) ? { kind: "token", text: withoutExponent(json.text) } : json;
  }
  const last = new Map(json.members.map(([key, value]) => [key, asJsonb(value)]));
  return { kind: "object", members: [...last].sort(([a], [b]) => a < b ? -1 : 1) };
}

function withoutExponent(spelled: string): string {
  const text = /^-0(\.0*)?$/.test(spelled) ? spelled.slice(1) : spelled;
  const [mantissa, exponent] = text.split(/e/i);
  if (exponent === undefined) return text;
  const [whole, rest = ""] = mantissa.replace("-", "").split(".");
  const shift = Number(exponent);
  const digits = whole + rest, point = whole.length + shift;
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
  const place = Math.max(point, 1);
  const [left, right] = [padded.slice(0, place).replace(/^0+(?=\d)/, ""), padded.slice(place)];
  return `${mantissa.startsWith("-") ? "-" : ""}${left}${right ? `.${right}` : ""}`;
}
