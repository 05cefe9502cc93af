import { type Line, nasty, refused } from "../nasty.ts";

const noNul = {
  from: { duckdb: { type: "VARCHAR", value: "'a' || chr(0) || 'b'" }, postgres: null },
  // the server does not say which column it was, where no stage stands before it
  to: { ">postgres": refused("data.value"), "mysql>postgres": { code: "data.value", isUnplaced: true } },
} as const;

const LINES: readonly Line[] = [
  ["text", "", "empty text is not NULL"],
  ["text", " ", "a blank"],
  ["text", "x  ", "blanks at the end"],
  ["text", "\t x", "blanks at the beginning"],
  ["text", "NULL", "the word for nothing"],
  ["text", "null", "the same in JSON's spelling"],
  ["text", "\\N", "the sign of nothing in COPY and LOAD DATA"],
  ["text", "\\", "a backslash alone"],
  ["text", "a\\tb\\\\c\\'d\\\"", "backslashes that escape nothing"],
  ["text", '"', "a quote alone"],
  ["text", `it's "x", 'y' ''z'' ""`, "quotes of both kinds"],
  ["text", "a,b;c|d\te", "delimiters"],
  ["text", "l1\nl2", "a line break"],
  ["text", "l1\r\nl2\rl3\n", "line breaks of other systems"],
  ["text", "\u0001\u001f\u007f\u0085", "control characters"],
  ["text", "a\u0000b", "the character NUL", noNul],
  ["text", "\ufeffx", "a byte order mark inside"],
  ["text", "\u2028\u2029", "line breaks of Unicode"],
  ["text", "\u00e9", "a composed letter"],
  ["text", "e\u0301", "the same letter with a combining accent"],
  ["text", "\u{1f600}\u{1f468}\u200d\u{1f469}\u200d\u{1f467}", "characters of four bytes, joined"],
  ["text", "\ud55c\uae00 \u05d0\u0628", "Hangul, and letters from right to left"],
  ["text", "\uffff\ufffd\u{10ffff}", "the last characters of Unicode"],
  ["text", "x".repeat(65_536), "one byte more than a TEXT of MySQL"],
  ["text", '\u00e9"\n,'.repeat(250_000), "more than a megabyte"],
  ["text", "007", "zeros before a number"],
  ["text", "1e5", "a text like a number"],
  ["text", "NaN", "a text like no number"],
  ["text", "true", "a text like a truth value"],
  ["text", "2024-05-01", "a text like a date"],
  ["text", "{}", "a text like JSON"],
  ["text", "$1 %s ${x} {{y}} :z", "what templates look for"],
  ["bytes", "00ff5c6e0a22272c", "bytes that are no text"],
  ["bytes", "", "no bytes are not NULL"],
  ["bytes", "ff".repeat(70_000), "70,000 bytes"],
  ["bytes", "5c78", "bytes that look like the form of bytes"],
  ["uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a uuid"],
  ["uuid", "ffffffff-ffff-ffff-ffff-ffffffffffff", "the last uuid"],
  ["text", "", "a surrogate without its other half", {
    only: [],
    from: { ndjson: '"\\ud800x"', json: '"\\ud800x"' },
    to: { ">": refused("json.invalid") },
  }],
  ["text", "", "bytes that are no UTF-8", {
    only: [],
    from: { parquet: "invalid_utf8(b'a\\xff')" },
    to: { ">": refused("file.corrupt") },
  }],
];

/** Texts and bytes. */
export const TEXTS = nasty("text", LINES);
