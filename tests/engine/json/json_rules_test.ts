import { type Case, type LoadOptions, testCases } from "../load.ts";

type Values = readonly (string | null)[];

const lines = (...records: readonly string[]) => records.map((record) => `${record}\n`).join("");
/** A member `v` of one value a record, and what it becomes. */
const member = (values: readonly string[], type: string, shown: Values = values, options: LoadOptions = {}): Case => ({
  content: lines(...values.map((value) => `{"v":${value},"w":0}`)),
  options,
  wanted: { types: [type, "BIGINT"], rows: shown.map((value) => [value, "0"]) },
});
const rows = (content: string, wanted: readonly Values[], types?: readonly string[]): Case => ({
  content,
  wanted: { rows: wanted, ...(types && { types }) },
});
const refused = (content: string, line: number, column?: string): Case => ({
  content,
  wanted: { code: "json.invalid", line, ...(column !== undefined && { column }) },
});
const text = { columns: { v: { type: "text" } } };

testCases("ndjson", {
  "integers of 64 bits are exact": member(["9007199254740993", "-9223372036854775808"], "BIGINT"),
  "longer integers are exact": member(["18446744073709551615", "123456789012345678901234567890"], "DECIMAL(38,0)"),
  "decimals keep all their digits": member(["0.10000000000000000001", "12345678901234567890.5"], "VARCHAR"),
  "a decimal that a double would round is exact": member(["1234567890.1234567", "0.5"], "DECIMAL(18,7)", [
    "1234567890.1234567",
    "0.5000000",
  ]),
  "numbers that no double holds are text": member(["1e400", "1e-400"], "VARCHAR"),
  "exponents are numbers": member(["1e5", "2.5E-1"], "DECIMAL(18,2)", ["100000.00", "0.25"]),
  "a negative zero is kept": member(["-0", "1"], "VARCHAR"),
  "a negative zero with a fraction is a double": member(["-0.0", "1.5"], "DOUBLE"),
  "nested numbers are exact": member(
    ['{"a":[9007199254740993,123456789012345678901234567890,{"b":0.10000000000000000001}],"c":[-0,1e400]}'],
    "JSON",
  ),
  "numbers among texts keep their spelling": member(["1.50", "1E5", '"x"'], "VARCHAR", ["1.50", "1E5", "x"]),
  "numbers declared as text keep their spelling": member(["1.50", "-0", "1E5"], "VARCHAR", undefined, text),
  "numbers in texts stay as they are": member(['"1.50 [1e400]"', '"-0"'], "VARCHAR", ["1.50 [1e400]", "-0"]),
  "texts that look like numbers or dates are text": member(['"007"', '"2024-01-01"'], "VARCHAR", ["007", "2024-01-01"]),
  "null, a missing key and empty text differ where they can": rows(
    lines('{"id":1,"v":null}', '{"id":2}', '{"id":3,"v":""}', '{"id":4,"v":"null"}'),
    [["1", null], ["2", null], ["3", ""], ["4", "null"]],
  ),
  "a key that changes its type is json, each value whole": member(
    ["1", '"two"', '{"n":3}', "[4]", "true"],
    "JSON",
  ),
  "a text after 30,000 numbers is text": {
    content: `${'{"v":7}\n'.repeat(30_000)}{"v":"007"}\n`,
    wanted: { types: ["VARCHAR"], rows: [...Array.from({ length: 30_000 }, () => ["7"]), ["007"]] },
  },
  "a key after 30,000 records is a column": {
    content: `${'{"v":7}\n'.repeat(30_000)}{"v":8,"late":"x"}\n`,
    wanted: { rows: [...Array.from({ length: 30_000 }, () => ["7", null]), ["8", "x"]] },
  },
  "keys stand in the order of the file": {
    content: lines('{"b":1,"2":2,"1":3,"__proto__":4,"filename":5,"c0":6}'),
    options: { columns: { "2": { as: "two" } } },
    wanted: { rows: [["1", "2", "3", "4", "5", "6"]] },
  },
  "keys may hold anything": rows(
    lines('{"a\\"b":1,"c.d":2,"":3,"$.x":4,"e\'f":5,"[0]":6,"*":7,"/a~b":8,"ключ":9,"g\\nh":10}'),
    [["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]],
  ),
  "keys that differ only in case keep their own values": rows(lines('{"a":1,"A":2}', '{"A":"x"}'), [["1", "2"], [
    null,
    "x",
  ]]),
  "escapes are characters": rows(lines('{"v":"\\u00e9\\ud83d\\ude00\\n\\t\\\\\\"\\/"}'), [['é😀\n\t\\"/']]),
  "NUL in a text is kept": rows(lines('{"v":"a\\u0000b"}'), [["a\0b"]]),
  "records may be empty": rows(lines("{}", '{"a":1}', "{}"), [[null], ["1"], [null]]),
  "a byte order mark is passed over": rows('\ufeff{"a":1}\n{"a":2}\n', [["1"], ["2"]]),
  "lines may end in CRLF, and blank ones are passed over": rows('{"a":1}\r\n\r\n \n{"a":2}', [["1"], ["2"]]),
  "deep nesting is kept": rows(`{"v":${"[".repeat(400)}${"]".repeat(400)}}\n`, [["[".repeat(400) + "]".repeat(400)]]),

  "a key that stands twice is refused": refused(lines('{"v":1}', '{"v":1,"v":2}'), 2, "v"),
  "also when it is spelled in two ways": refused(lines('{"v" : 1, "\\u0076" : 1}'), 1, "v"),
  "also beside a key that differs in case": refused(lines('{"a":1,"A":1}', '{"a":1,"A":2,"a":3}'), 2, "a"),
  "half of a surrogate pair is refused": refused(lines('{"v":1}', '{"v":"\\ud800"}'), 2, "v"),
  "half of a surrogate pair inside is refused": refused(lines('{"v":{"x":["\\udc00"]}}'), 1, "v"),
  "a key with NUL is refused": refused(lines('{"a\\u0000b":1}'), 1),
  "a record that is cut off is refused": refused('{"v":1}\n{"v":', 2),
  "a line that is no JSON is refused": refused('{"v":1}\nnot json\n', 2),
  "a line that is no object is refused": refused(lines('{"v":1}', "[1]"), 2),
  "null in place of a record is refused": refused(lines('{"v":1}', "null"), 2),
  "two records on a line are refused": refused(lines('{"v":1} {"v":2}'), 1),
  "a comma before a closing bracket is refused": refused(lines('{"v":",]"}', '{"v":[1, ]}'), 2),
  "also at a record's end": refused(lines('{"v":",}"}', '{"v":1,}'), 2),
  "NaN inside a value is refused": {
    content: lines('{"v":{"a":1}}', '{"v":{"a":NaN}}'),
    wanted: { code: "data.value", line: 2, column: "v" },
  },
  "a value that its declared type does not hold is refused with its line": {
    content: '{"v":"7"}\n\n{"v":"x"}\n',
    options: { columns: { v: { type: "bigint" } } },
    wanted: { code: "data.value", line: 3, column: "v" },
  },
  "bytes that are no UTF-8 are refused with their line": {
    content: new TextEncoder().encode('{"v":1}\n{"v":"!"}\n').map((byte) => byte === 33 ? 0xe9 : byte),
    wanted: { code: "file.encoding", line: 2 },
  },
});

testCases("json", {
  "an array of objects is rows": rows('[\n{"v":9007199254740993},\n {"v":"a"} ]\n', [["9007199254740993"], ["a"]]),
  "objects over several lines are rows": rows('{\n "v": 1\n}\n{"v":\n2}\n', [["1"], ["2"]], ["BIGINT"]),
  "an array that is cut off is refused": refused('[{"v":1},\n{"v":2', 2),
  "an array that is not closed is refused": refused('[{"v":1}\n', 2),
  "a comma before the end is refused": refused('[{"v":1},\n]', 2),
  "a comma before a record's end is refused": refused('[{"v":1},\n{"v":1\n,}]', 3),
  "a missing comma is refused": refused('[{"v":1}\n{"v":2}]', 2),
  "text after the array is refused": refused('[{"v":1}]\n{"v":2}', 2),
  "a record that is no object is refused": refused('[{"v":1},\n"x"]', 2),
  "a fault inside a record is refused with its line": refused('[{"v":1},\n{"a":1,\n"v":x}]', 3),
  "a key that stands twice is refused": refused('[{"v":1},\n{"v":1,"v":1}]', 2, "v"),
  "garbage between objects is refused": refused('{"v":1}\ngarbage\n{"v":2}\n', 2),
  "a value that its declared type does not hold is refused with its line": {
    content: '[\n{"v":"7"},\n{"v":"x"}]',
    options: { columns: { v: { type: "bigint" } } },
    wanted: { code: "data.value", line: 3, column: "v" },
  },
});
