import { type Line, nasty, refused, refusedAnyway } from "../nasty.ts";
import type { Kind } from "../kinds.ts";

const pg = (type: string, value: string) => ({
  only: [],
  from: { postgres: { type, value: `'${value.replaceAll("'", "''")}'` } },
});
const pgArray = (type: string, value: string) => ({
  ...pg(type, value),
  to: { "postgres>postgres": { kind: "text" as Kind, is: value, told: "the array" } },
});
const duck = (type: string, value: string) => ({ only: [], from: { duckdb: { type, value } } });
const my = (type: string, value: string) => ({ only: [], from: { mysql: { type, value } } });
const parquet = (value: string, type?: string) => ({ only: [], from: { parquet: { type, value } } });

const LINES: readonly Line[] = [
  ["numeric", "-92233720368547758.08", "the smallest sum of money", {
    ...pg("money", "-92233720368547758.08"),
    to: { "postgres>postgres": { kind: "text", is: "-$92,233,720,368,547,758.08", told: "the money" } },
  }],
  ["text", "10101", "bits are no number", pg("bit(5)", "10101")],
  ["text", "0000000000000001", "bits with zeros before", pg("bit varying", "0000000000000001")],
  ["text", 'very "happy"', "a word of an enum", pg("mood", 'very "happy"')],
  ["text", '("2020-01-01 00:00:00+00","x,""y""")', "a composite", pg("pair", '("2020-01-01 00:00+00","x,""y""")')],
  ["text", "[1,5)", "a range", pg("int4range", "[1,5)")],
  ["text", "empty", "an empty range", pg("numrange", "(1,1)")],
  ["text", "{[1,3),[5,7)}", "several ranges", pg("int4multirange", "{[1,3),[5,7)}")],
  ["text", "192.168.1.5/24", "an address with its net", pg("inet", "192.168.1.5/24")],
  ["text", "2001:db8::/32", "a net", pg("cidr", "2001:db8::/32")],
  ["text", '"a"=>"1", "b"=>NULL, "c d"=>"e\\"f"', "pairs of hstore", pg("hstore", 'a=>1,b=>NULL,"c d"=>"e\\"f"')],
  ["text", '<a b="c">é</a>', "a document of XML", pg("xml", '<a b="c">é</a>')],
  ["text", "CiText", "a text without case", pg("citext", "CiText")],
  ["text", "ab", "blanks that character(n) does not count", {
    ...pg("character(5)", "ab"),
    to: { "postgres>postgres": "ab   " },
  }],
  ["text", "(0.1,1e+300)", "a point", pg("point", "(0.1,1e300)")],
  ["int32", "5", "a domain", pg("positive", "5")],
  [
    "json",
    "[[1,9223372036854775807],[3,null]]",
    "an array of arrays with NULL",
    pgArray("bigint[]", "{{1,9223372036854775807},{3,NULL}}"),
  ],
  ["json", "[]", "an empty array is not NULL", pgArray("bigint[]", "{}")],
  ["json", '["a,b",null,"NULL",""]', "NULL and the text NULL in an array", pgArray("text[]", '{"a,b",NULL,"NULL",""}')],
  [
    "json",
    "[12345678901234567890.1234567890]",
    "digits in an array",
    pgArray("numeric[]", "{12345678901234567890.1234567890}"),
  ],
  ["json", "", "an array that begins elsewhere", {
    ...pg("integer[]", "[2:3]={7,8}"),
    to: {
      "postgres>": refused("data.value"),
      "postgres>postgres": { kind: "text", is: "[2:3]={7,8}", told: "the array" },
    },
  }],
  ["decimal(10,2)", "NaN", "NaN in a decimal of fixed digits", {
    ...pg("numeric(10,2)", "NaN"),
    to: { "postgres>": refused("data.value"), "postgres>postgres": "NaN" },
  }],
  ["json", '{"a":1,"b":1E400}', "json keeps its letters", pg("json", '{"a":1,"b":1E400}')],

  [
    "decimal(39,0)",
    "-170141183460469231731687303715884105728",
    "the smallest of 128 bits",
    duck("HUGEINT", "'-170141183460469231731687303715884105728'"),
  ],
  [
    "text",
    "340282366920938463463374607431768211455",
    "the largest unsigned of 128 bits",
    duck("UHUGEINT", "'340282366920938463463374607431768211455'"),
  ],
  [
    "numeric",
    "123456789012345678901234567890123456789012345",
    "a whole number without bound",
    duck("BIGNUM", "'123456789012345678901234567890123456789012345'"),
  ],
  ["text", "0000101", "bits with zeros before", duck("BIT", "'0000101'")],
  ["text", "b", "a word of an enum", duck("ENUM('a', 'b')", "'b'")],
  ["json", "[[1,null],[],null]", "lists in a list, empty and NULL", duck("BIGINT[][]", "[[1, NULL], [], NULL]")],
  ["json", "[1,2,3]", "an array of fixed length", duck("INTEGER[3]", "[1, 2, 3]")],
  [
    "json",
    '{"a":9007199254740993,"b":[{"c":"x\\""}]}',
    "structs in lists in a struct",
    duck("STRUCT(a BIGINT, b STRUCT(c VARCHAR)[])", "{a: 9007199254740993, b: [{c: 'x\"'}]}"),
  ],
  [
    "json",
    '[{"key":"k","value":1},{"key":"","value":null}]',
    "a map",
    duck("MAP(VARCHAR, BIGINT)", "MAP {'k': 1, '': NULL}"),
  ],
  [
    "json",
    '["2024-01-01T00:00:00.000001Z"]',
    "instants in a list",
    duck("TIMESTAMP WITH TIME ZONE[]", "['2024-01-01 00:00:00.000001+00']"),
  ],
  ["json", "[1.50,0.10]", "decimals in a list", duck("DECIMAL(20,2)[]", "[1.5, 0.1]")],
  ["json", '["NaN",0.1,-0.0]', "doubles in a list", duck("DOUBLE[]", "['NaN'::DOUBLE, 0.1::DOUBLE, '-0.0'::DOUBLE]")],
  ["time", "12:00:00.123456789", "nanoseconds of a time", duck("TIME_NS", "'12:00:00.123456789'")],
  ["timestamp", "9999-12-31T23:59:59", "a moment of whole seconds", duck("TIMESTAMP_S", "'9999-12-31 23:59:59'")],
  [
    "timestamp",
    "1969-12-31T23:59:59.999",
    "a moment of milliseconds",
    duck("TIMESTAMP_MS", "'1969-12-31 23:59:59.999'"),
  ],
  ["interval", "P-178956970Y-7M", "the longest time backwards", duck("INTERVAL", "INTERVAL '-2147483647 months'")],

  ["int8", "2", "a tinyint(1) that is no truth value", my("tinyint(1)", "2")],
  ["int16", "1901", "a year", my("year", "1901")],
  ["time", "-838:59:59.999999", "the farthest time before midnight", {
    ...my("time(6)", "'-838:59:59.999999'"),
    to: { "mysql>": refused("data.value"), "mysql>mysql": "-838:59:59.999999" },
  }],
  ["time", "838:59:59", "the farthest time after midnight", {
    ...my("time", "'838:59:59'"),
    to: { "mysql>": refused("data.value"), "mysql>mysql": "838:59:59" },
  }],
  ["date", "0000-00-00", "a day of zeros", {
    ...my("date", "'0000-00-00'"),
    to: { "mysql>": refused("data.value"), "mysql>mysql": "0000-00-00" },
  }],
  ["timestamp", "2024-02-00T01:02:03", "a moment without a day", {
    ...my("datetime", "'2024-02-00 01:02:03'"),
    to: { "mysql>": refused("data.value"), "mysql>mysql": "2024-02-00T01:02:03" },
  }],
  ["timestamptz", "0000-00-00T00:00:00Z", "an instant of zeros", {
    ...my("timestamp", "0"),
    to: { "mysql>": refused("data.value"), "mysql>mysql": "0000-00-00T00:00:00Z" },
  }],
  ["text", "b", "a word of an enum", my("enum('a','b')", "'b'")],
  ["text", "", "the empty word of an enum", my("enum('','b')", "''")],
  ["text", "a,c", "words of a set", my("set('a','b','c')", "'a,c'")],
  ["uint8", "5", "eight bits are a number", my("bit(8)", "b'00000101'")],
  ["uint64", "18446744073709551615", "64 bits", my("bit(64)", "0xffffffffffffffff")],
  [
    "numeric",
    "12345678901234567890123456789012345.123456789012345678901234567890",
    "65 digits",
    my(
      "decimal(65,30)",
      "12345678901234567890123456789012345.123456789012345678901234567890",
    ),
  ],
  ["uint32", "42", "zeros that are only shown", my("int(10) unsigned zerofill", "42")],
  ["text", "ab  ", "blanks at the end", my("varchar(10)", "'ab  '")],
  ["text", "\u00e9\u00a4", "text of a table in latin1", my("varchar(10) CHARACTER SET latin1", "'\u00e9\u00a4'")],
  ["bytes", "6100", "bytes that are filled up", my("binary(2)", "'a'")],
  ["text", "::1", "an address", my("inet6", "'::1'")],

  ["decimal(50,2)", "", "more digits than 38", {
    ...parquet("pa.array([decimal.Decimal('1.5')], pa.decimal256(50, 2))"),
    to: { ">": refused("schema.lossy") },
  }],
  [
    "timestamp",
    "2024-01-01T00:00:00.123456",
    "INT96, which old Spark writes",
    parquet("pa.array([1704067200123456000], pa.int64()).cast(pa.timestamp('ns'))", "INT96"),
  ],
  ["timestamp", "2024-01-01T00:00:00.123456", "INT96 with nanoseconds, which are cut with a warning", {
    ...parquet("pa.array([1704067200123456789], pa.int64()).cast(pa.timestamp('ns'))", "INT96"),
    to: {
      ">": {
        kind: "timestamp",
        is: "2024-01-01T00:00:00.123456",
        told: "cut, with a warning",
        warning: /INT96.*finer digits are cut/,
      },
    },
  }],
  ["time", "", "nanoseconds of a time", {
    ...parquet("pa.array([1], pa.time64('ns'))"),
    to: { ">": refused("schema.lossy") },
  }],
  ["time", "12:00:00.5", "milliseconds of a time", parquet("pa.array([43200500], pa.time32('ms'))")],
  ["timestamp", "1969-12-31T23:59:59.999", "milliseconds", parquet("pa.array([-1], pa.timestamp('ms'))")],
  [
    "timestamptz",
    "2024-06-01T10:00:00Z",
    "an instant with a zone's name",
    parquet("pa.array([1717236000000000], pa.timestamp('us', 'America/New_York'))"),
  ],
  ["timestamptz", "", "nanoseconds of an instant", {
    ...parquet("pa.array([1717236000123456789], pa.timestamp('ns', 'UTC'))"),
    to: { ">": refusedAnyway("data.value") },
  }],
  [
    "timestamptz",
    "2024-06-01T10:00:00.123456Z",
    "microseconds of an instant, kept as nanoseconds",
    parquet(
      "pa.array([1717236000123456000], pa.timestamp('ns', 'UTC'))",
    ),
  ],
  ["float32", "0.5", "a float of 16 bits", parquet("pa.array([0.5], pa.float16())")],
  ["text", "b", "a dictionary", parquet("pa.array(['b']).dictionary_encode()")],
  ["text", "large", "large text", parquet("pa.array(['large'], pa.large_string())")],
  ["bytes", "00ff", "bytes of a fixed length", parquet("pa.array([b'\\x00\\xff'], pa.binary(2))")],
  [
    "json",
    "[[1,null],[],null]",
    "lists in a list, empty and NULL",
    parquet("pa.array([[[1, None], [], None]], pa.list_(pa.list_(pa.int64())))"),
  ],
  [
    "json",
    '{"a":18446744073709551615,"b":null}',
    "a struct",
    parquet("pa.array([{'a': 2**64 - 1, 'b': None}], pa.struct([('a', pa.uint64()), ('b', pa.string())]))"),
  ],
  ["json", '[{"key":"k","value":1}]', "a map", parquet("pa.array([[('k', 1)]], pa.map_(pa.string(), pa.int64()))")],
  ["json", "[1.50]", "decimals in a list", {
    ...parquet("pa.array([[decimal.Decimal('1.50')]], pa.list_(pa.decimal128(20, 2)))"),
  }],
  ["bytes", "00ff", "bytes that nobody calls text", parquet("pa.array([b'\\x00\\xff'], pa.large_binary())")],
];

/** Types that only some ends have. */
export const NATIVES = nasty("own", LINES);
