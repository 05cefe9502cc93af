import type { Kind } from "./kinds.ts";
import { jsonText } from "./json_text.ts";

/** The one text of a value, so that two texts are the same value exactly when they are equal. Throws an Error at what is no such value. */
export function exact(kind: Kind, text: string): string {
  switch (kind.replace(/\(.*/, "")) {
    case "bool":
      return /^(t|true)$/.test(text) ? "true" : /^(f|false)$/.test(text) ? "false" : no(kind, text);
    case "numeric":
    case "decimal":
      return number(text);
    case "float32":
    case "float64":
      return float(kind, text);
    case "text":
    case "guess":
      return text;
    case "bytes":
      return /^([0-9a-f]{2})*$/i.test(text) ? text.toLowerCase() : no(kind, text);
    case "uuid":
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : no(kind, text);
    case "json":
      return jsonText(text);
    case "interval":
      return interval(text);
    case "date":
    case "time":
    case "timetz":
    case "timestamp":
    case "timestamp9":
    case "timestamptz":
      return moment(kind, text);
    default:
      return BigInt(/^-?\d+$/.test(text) ? text : no(kind, text)).toString();
  }
}

function no(kind: Kind, text: string): never {
  throw new Error(`${JSON.stringify(text.slice(0, 100))} is no ${kind}`);
}

const SPECIAL: Readonly<Record<string, string>> = {
  nan: "NaN",
  inf: "Infinity",
  infinity: "Infinity",
  "-inf": "-Infinity",
  "-infinity": "-Infinity",
};

/** All digits count, those that are zeros at the end of a fraction too. */
function number(text: string): string {
  const special = SPECIAL[text.toLowerCase()];
  if (special) return special;
  return /^-?\d+(\.\d+)?$/.test(text) ? text : no("numeric", text);
}

function float(kind: Kind, text: string): string {
  const value = Number(SPECIAL[text.toLowerCase()] ?? text);
  if (text === "" || (Number.isNaN(value) && text.toLowerCase() !== "nan")) no(kind, text);
  const held = kind === "float32" ? Math.fround(value) : value;
  return Object.is(held, -0) ? "-0" : String(held);
}

/** Years without a limit, `BC` at the end; no zeros at the end of a second's fraction; `Z` for instants. */
function moment(kind: Kind, text: string): string {
  if (/^-?infinity$/.test(text)) return text;
  const day = String.raw`(?<day>\d{4,}-\d\d-\d\d)`, time = String.raw`(?<time>\d\d(:\d\d){1,2}(\.\d+)?)`;
  const zone = String.raw`(?<zone>[+-]\d\d(:\d\d){0,2}|Z)`, era = String.raw`(?<era> BC)?`;
  const form = {
    date: `${day}${era}`,
    time: String.raw`(?<time>(-?\d{2,3})(:\d\d){1,2}(\.\d+)?)`,
    timetz: `${time}${zone}`,
    timestamp: `${day}[ T]${time}${era}`,
    timestamp9: `${day}[ T]${time}${era}`,
    timestamptz: `${day}[ T]${time}(?<utc>Z|\\+00)${era}`,
  }[kind as "date"];
  const found = new RegExp(`^${form}$`).exec(text)?.groups ?? no(kind, text);
  const parts = [
    found.day,
    found.day && found.time ? "T" : "",
    found.time?.replace(/\.?0+$/, (end: string) => end.startsWith(".") || found.time.includes(".") ? "" : end),
    found.zone?.replace(/(:00)+$/, "").replace(/^\+00$/, "Z"),
    found.utc ? "Z" : "",
    found.era,
  ];
  return parts.join("");
}

/** Months, days and microseconds, which are what an interval is made of. */
function interval(text: string): string {
  const part = String.raw`(-?\d+)`, fraction = String.raw`(-?\d+(?:\.\d+)?)`;
  const form = `^P(?:${part}Y)?(?:${part}M)?(?:${part}D)?(?:T(?:${part}H)?(?:${part}M)?(?:${fraction}S)?)?$`;
  const found = new RegExp(form).exec(text) ?? no("interval", text);
  const [years, months, days, hours, minutes] = found.slice(1, 6).map((one) => BigInt(one ?? 0));
  const [whole, rest = ""] = (found[6] ?? "0").split(".");
  const sign = whole.startsWith("-") ? -1n : 1n;
  const micros = BigInt(whole) * 1_000_000n + sign * BigInt(rest.padEnd(6, "0"));
  return `${years * 12n + months} months ${days} days ${(hours * 60n + minutes) * 60_000_000n + micros} us`;
}
