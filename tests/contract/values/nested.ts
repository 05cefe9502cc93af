import { type Line, nasty, refused, refusedAnyway } from "../nasty.ts";

const BY_VALUE = "the same numbers";
/** A reader of JSON gives numbers inside of lists and objects by their value. */
const spelled = (is: string) => ({
  to: { "ndjson>": { kind: "json", is, told: BY_VALUE }, "json>": { kind: "json", is, told: BY_VALUE } },
} as const);

const LINES: readonly Line[] = [
  ["json", '{"n":9007199254740993}', "a number beyond 2^53 inside"],
  [
    "json",
    "[12345678901234567890.123456789012345678901234567890,0.10]",
    "numbers with more digits than a double has",
    spelled(
      "[12345678901234567890.123456789012345678901234567890,0.1]",
    ),
  ],
  ["json", "1e400", "a number that is too large for a double"],
  ["json", '{"a":-0,"b":1E+2,"c":0.00}', "spellings of numbers", spelled('{"a":-0,"b":100.0,"c":0.0}')],
  ["json", '{"a":1,"b":{"a":1,"a":2},"a":3}', "equal keys", {
    to: {
      "postgres>postgres": '{"a":1,"b":{"a":1,"a":2},"a":3}',
      ">postgres": { kind: "json", is: '{"b":{"a":2},"a":3}', told: "the last of equal keys" },
    },
  }],
  ["json", '{"b":1,"a":2,"aa":{"z":[],"y":{}}}', "the order of keys; empty objects and arrays"],
  ["json", '"text"', "a text alone"],
  ["json", '""', "an empty text alone"],
  ["json", "null", "JSON null is not NULL", {
    to: {
      // JSON has one null for both
      ">ndjson": { kind: "json", is: null },
      ">json": { kind: "json", is: null },
      "ndjson>": { kind: "json", is: null },
      "json>": { kind: "json", is: null },
    },
  }],
  ["json", "[null,[null],{}]", "nulls inside"],
  ["json", '"\\u0000"', "the character NUL inside", {
    to: { "postgres>postgres": '"\\u0000"', ">postgres": refused("data.value") },
  }],
  ["json", '"\\\\u0000"', "a backslash before what looks like NUL"],
  ["json", '"\\ud800"', "a surrogate without its other half inside", {
    from: { duckdb: null, mysql: null },
    to: {
      "csv>": refused("data.value"),
      "ndjson>": refused("json.invalid"),
      "json>": refused("json.invalid"),
      "parquet>": refused("file.corrupt"),
      "postgres>": refused("data.value"),
      "postgres>postgres": '"\\ud800"',
    },
  }],
  ["json", '{"\\u00e9\\ud83d\\ude00":"\\"\\\\\\/\\n"}', "escapes in keys and texts"],
  ["json", `${"[".repeat(90)}1${"]".repeat(90)}`, "lists deeper than MariaDB's", {
    from: { mysql: null },
    to: { ">mysql": refusedAnyway("data.value") },
  }],
  ["json", `${"[".repeat(20)}1${"]".repeat(20)}`, "deep lists"],
];

/** JSON. */
export const NESTED = nasty("json", LINES);
