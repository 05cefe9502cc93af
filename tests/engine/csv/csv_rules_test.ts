import { type Case, type LoadOptions, testCases } from "../load.ts";

type Values = readonly (string | null)[];

/** A column `v` of one value a row, and what it becomes. */
const column = (texts: readonly string[], type: string, values: Values = texts): Case => ({
  content: `id,v\n${texts.map((text, index) => `${index + 1},${text}\n`).join("")}`,
  wanted: { types: ["BIGINT", type], rows: values.map((value, index) => [String(index + 1), value]) },
});
const rows = (content: string, wanted: readonly Values[], options: LoadOptions = {}): Case => ({
  content,
  options,
  wanted: { rows: wanted },
});
const set = (settings: LoadOptions["settings"]): LoadOptions => ({ settings });

/** 30,000 numbers, past the rows that a first guess looks at, and a value after them. */
const late = (last: string, type: string, shown = (value: string) => value): Case => {
  const numbers = Array.from({ length: 30_000 }, (_, index) => String(index));
  const all = [...numbers, last];
  return {
    content: `v,w\n${all.map((value) => `${value},x\n`).join("")}`,
    wanted: { types: [type, "VARCHAR"], rows: all.map((value) => [value === last ? value : shown(value), "x"]) },
  };
};

testCases("csv", {
  "codes with leading zeros stay text": column(["00123", "10001", "0"], "VARCHAR"),
  "a plus sign keeps a column text": column(["+8210", "15"], "VARCHAR"),
  "thousands marks keep a column text": column(['"1,234"', "5"], "VARCHAR", ["1,234", "5"]),
  "an integer column is bigint": column(["9007199254740993", "-9223372036854775808"], "BIGINT"),
  "integers beyond 64 bits are decimals": column(["18446744073709551615", "1"], "DECIMAL(38,0)"),
  "integers beyond 38 digits keep all digits": column([`1${"0".repeat(38)}`, "1"], "VARCHAR"),
  "decimals keep their digits": column(["12345678901234567890.12", "0.50"], "DECIMAL(38,2)"),
  "digits beyond a decimal's bound stay text": column([
    "12345678901234567890.12",
    "0.10000000000000000001",
  ], "VARCHAR"),
  "a negative zero of an integer stays text": column(["-0", "7"], "VARCHAR"),
  "a negative zero of a decimal is a double": column(["-0.0", "7.5"], "DOUBLE"),
  "exponents are doubles": column(["1e5", "12E3", "7"], "DOUBLE", ["100000.0", "12000.0", "7.0"]),
  "exponents with too many digits stay text": column(["1234567890123456e5", "1"], "VARCHAR"),
  "NaN and Infinity are doubles": column(["NaN", "-Infinity", "1.5"], "DOUBLE", ["nan", "-inf", "1.5"]),
  "other words for them are text": column(["nan", "inf"], "VARCHAR"),
  "true and false are boolean, other words are not": column(["true", "false"], "BOOLEAN"),
  "yes and T are text": column(["yes", "T"], "VARCHAR"),
  "dates are dates": column(["0001-01-01", "9999-12-31"], "DATE"),
  "a day that is none keeps a column text": column(["2024-02-30", "2024-01-01"], "VARCHAR"),
  "a date of zeros keeps a column text": column(["0000-00-00", "0000-01-01", "2024-01-01"], "VARCHAR"),
  "days in another order stay text": column(["01/02/2024", "03/04/2024"], "VARCHAR"),
  "moments keep microseconds": column(["2024-01-01 00:00:00", "2024-01-01T23:59:59.000001"], "TIMESTAMP", [
    "2024-01-01 00:00:00",
    "2024-01-01 23:59:59.000001",
  ]),
  "nanoseconds stay text": column(["2024-01-01 00:00:00.123456789"], "VARCHAR"),
  "instants are instants": column(["2024-01-01T00:00:00Z", "2024-01-01 00:00:00+09:00"], "TIMESTAMP WITH TIME ZONE", [
    "2024-01-01 00:00:00+00",
    "2023-12-31 15:00:00+00",
  ]),
  "moments with and without zone stay text": column(["2024-01-01T00:00:00Z", "2024-01-01 00:00:00"], "VARCHAR"),
  "an offset that is none stays text": column(["2024-01-01 00:00:00+99:99"], "VARCHAR"),
  "24:00 stays text": column(["2024-01-01 24:00:00Z"], "VARCHAR"),
  "days and moments together stay text": column(["2024-01-01", "2024-01-01 00:00:00"], "VARCHAR"),
  "an empty field is NULL, an empty text is not": column(["", '""', "NULL", "\\N"], "VARCHAR", [
    null,
    "",
    "NULL",
    "\\N",
  ]),
  "declared null text counts only without quotes": rows('v,w\nNA,1\n"NA",2\n', [[null, "1"], ["NA", "2"]], {
    ...set({ null: "NA" }),
  }),
  "blanks belong to a value": column([" a", "b ", '" c "'], "VARCHAR", [" a", "b ", " c "]),

  "a word after 30,000 numbers makes the column text": late("n/a", "VARCHAR"),
  "a code after 30,000 numbers makes the column text": late("007", "VARCHAR"),
  "a negative zero after 30,000 numbers makes the column text": late("-0", "VARCHAR"),
  "a fraction after 30,000 integers makes decimals": late("1.25", "DECIMAL(18,2)", (value) => `${value}.00`),

  "quotes, delimiters and line breaks in quotes are text": rows(
    'v,w\n"a ""q"", b",1\n"l1\nl2",2\n"l1\r\nl2",3\n"r\rr",4\n',
    [['a "q", b', "1"], ["l1\nl2", "2"], ["l1\r\nl2", "3"], ["r\rr", "4"]],
  ),
  "a backslash is a backslash": rows('v,w\n\\,b\n\\\\,\\n\n"\\",c\n', [["\\", "b"], ["\\\\", "\\n"], ["\\", "c"]]),
  "a declared escape takes the next character as it is": rows(
    'v,w\n"a\\"b",1\n"c\\\\d",2\nplain\\x,3\n',
    [['a"b', "1"], ["c\\d", "2"], ["plain\\x", "3"]],
    set({ escape: "\\" }),
  ),
  "lines may end in CRLF": rows("v,w\r\na,1\r\nb,2\r\n", [["a", "1"], ["b", "2"]]),
  "lines may end in CR": rows("v,w\ra,1\rb,2\r", [["a", "1"], ["b", "2"]]),
  "the last line needs no end": rows("v,w\na,1\nb,2", [["a", "1"], ["b", "2"]]),
  "a return in the first quoted row is text": rows('"a\rb",1\n"c",2\n', [["a\rb", "1"], ["c", "2"]], {
    ...set({ header: false }),
  }),
  "blank lines of several columns are no rows": rows("\n\nv,w\n\na,1\n\n", [["a", "1"]]),
  "blank lines of one column are NULL": rows("v\n\na\n\n\nb\n\n", [[null], ["a"], [null], [null], ["b"], [null]]),
  "blank lines before a header are none": rows("\nv\n\n2\n", [[null], ["2"]]),
  "blank lines of one column without header are NULL": rows("\n1\n\n2\n", [[null], ["1"], [null], ["2"]], {
    ...set({ header: false }),
  }),
  "skipped lines are counted as they stand": rows('# "junk\r\n#,more\r\nv,w\r\na,1\r\n', [["a", "1"]], {
    ...set({ skip: 2 }),
  }),
  "a byte order mark is no part of a name": {
    content: "\ufeffv,w\na,1\n",
    options: { columns: { v: { as: "x" } } },
    wanted: { rows: [["a", "1"]] },
  },
  "twice the same name keeps both columns": rows("id,v,v\n1,a,b\n", [["1", "a", "b"]]),
  "names that differ only in case keep their own values": rows("id,V,v\n1,a,b\n2,c,d\n", [["1", "a", "b"], [
    "2",
    "c",
    "d",
  ]]),
  "a header without name gets one": rows("id,,\n1,a,b\n", [["1", "a", "b"]]),
  "names may hold quotes, dots and blanks": rows('id,"a""b",c.d,select, e \n1,2,3,4,5\n', [["1", "2", "3", "4", "5"]]),
  "a header alone is a table without rows": rows("id,v\n", []),
  "a field of a megabyte is a field": rows(`v,w\n${"x".repeat(1e6)},1\n`, [["x".repeat(1e6), "1"]]),
  "NUL in a value is kept": rows("v,w\na\0b,1\n", [["a\0b", "1"]]),
  "a tab is found, and so are semicolon and bar": rows("v;w\n1,5;2\n", [["1,5", "2"]]),
  "other encodings are declared": {
    content: new Uint8Array([118, 44, 119, 10, 99, 97, 102, 0xe9, 44, 49, 10]),
    options: set({ encoding: "latin1" }),
    wanted: { rows: [["café", "1"]] },
  },
});
