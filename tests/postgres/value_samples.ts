/** A type with values that are easily bent on their way, as literals of PostgreSQL. */
export interface Sample {
  readonly type: string;
  readonly values: readonly string[];
  /** How the text that a target holds becomes the value again; without it the type reads the text. */
  readonly back?: "array" | "json" | "era" | "money" | "bytes";
}

const of = (type: string, values: readonly string[], back?: Sample["back"]): Sample => ({
  type,
  values: values.map((value) => `'${value.replaceAll("'", "''")}'`),
  back,
});

/** What a test database needs before {@linkcode SAMPLES}. */
export const SAMPLE_TYPES = `CREATE EXTENSION hstore; CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('sad', 'very "happy"');
CREATE TYPE pair AS (a timestamptz, b text);
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE DOMAIN price AS numeric(10,2);
CREATE DOMAIN price_too AS price;
CREATE DOMAIN numbers AS int[];
CREATE DOMAIN instant AS timestamptz;`;

/** Values that every target holds exactly. */
export const SAMPLES: readonly Sample[] = [
  of("bool", ["t", "f"]),
  of("int2", ["-32768", "32767"]),
  of("int4", ["-2147483648", "2147483647"]),
  of("int8", ["-9223372036854775808", "9223372036854775807", "9007199254740993"]),
  of("oid", ["0", "4294967295"]),
  of("float4", ["3.4028235e38", "NaN", "-Infinity", "0.1", "1e-45", "16777216"]),
  of("float8", ["1.7976931348623157e308", "NaN", "Infinity", "0.1", "5e-324", "123456789012345680"]),
  of("numeric", [
    "123456789012345678901234567890.1234567890",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e-20",
    "1e200",
    "1.50",
  ]),
  of("numeric(10,2)", ["-99999999.99", "0.10", "12"]),
  of("numeric(38,0)", ["99999999999999999999999999999999999999", "-99999999999999999999999999999999999999"]),
  of("numeric(38,37)", ["9.9999999999999999999999999999999999999", "-0.0000000000000000000000000000000000001"]),
  of("numeric(38,38)", ["0.99999999999999999999999999999999999999", "-0.1", "0"]),
  of("numeric(40,5)", ["12345678901234567890123456789012345.12345", "NaN"]),
  of("numeric(5,-2)", ["1234567", "NaN"]),
  of("numeric(3,5)", ["0.00123"]),
  of("money", ["-92233720368547758.08", "0.01", "1234.50"], "money"),
  of("bit(5)", ["10101", "00000"]),
  of("varbit", ["", "1", "0000000000000001"]),
  of("bytea", ["\\x00ff00", "\\x", "\\x5c6e22272c0a"], "bytes"),
  of("text", ["a\tb\r\nc\"d'\\,ü😀\u0001", "", " ", "NULL", "\\N", "a\nb", "\ufeff\u2028"]),
  of("varchar(20)", ["x ", ""]),
  of("char(5)", ["ab", "", "abcde"]),
  of('"char"', ["z", ""]),
  of("name", ["a name"]),
  of("date", ["0001-01-01", "infinity", "-infinity", "0044-03-15 BC", "5874897-12-31", "4713-01-01 BC"], "era"),
  of("time", ["24:00", "23:59:59.999999", "00:00"]),
  of("time(0)", ["23:59:59"]),
  of("timetz", ["23:59:59.999999+15:59:59", "24:00-15:59:59", "12:00:00.5+05:30:15", "00:00Z"]),
  of(
    "timestamp",
    ["294246-12-31 23:59:59.999999", "infinity", "-infinity", "0044-03-15 01:02:03 BC", "4713-01-01 BC"],
    "era",
  ),
  of("timestamp(3)", ["2020-01-01 00:00:00.123"]),
  of("timestamptz", [
    "2020-06-01 12:00+02",
    "infinity",
    "-infinity",
    "0044-03-15 01:02:03+00 BC",
    "1900-01-01 00:00:00.000001-03:30:52",
    "9999-12-31 23:59:59.999999+00",
    "294246-12-31 23:59:59.999999+00",
  ], "era"),
  of("interval", ["1 year -1 mon +3 days -04:05:06.789", "-178000000 years", "00:00:00.000001", "2000 hours", "0"]),
  of("interval day to second(2)", ["1 day 02:03:04.56"]),
  of("uuid", ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]),
  of("mood", ["sad", 'very "happy"']),
  of("json", [
    '{"b": 1e400, "a" : 12345678901234567890.123456789012345678, "a":1}',

    "null",
    '[1, "x" ]',
  ], "json"),
  of("jsonb", ['{"n": 123456789012345678901234567890.50}', '"é\\"\\n"', "null", "1e300"], "json"),
  of("xml", ['<a b="c">é</a>']),
  of("inet", ["192.168.1.5/24", "::1", "10.0.0.1"]),
  of("cidr", ["10.0.0.0/8", "2001:db8::/32"]),
  of("macaddr", ["08:00:2b:01:02:03"]),
  of("macaddr8", ["08:00:2b:01:02:03:04:05"]),
  of("point", ["(1.5,NaN)", "(0.1,1e300)"]),
  of("polygon", ["((0,0),(1,1),(2,0))"]),
  of("circle", ["<(0.1,0),1>"]),
  of("tsvector", ["a:1 b:2"]),
  of("tsquery", ["a & !b"]),
  of("hstore", ['a=>1,b=>NULL,"c d"=>"e\\"f"', ""]),
  of("citext", ["CiText", ""]),
  of("pair", ['("2020-01-01 00:00+00","x,""y""")', "(,)"]),
  of("int4range", ["[1,5)", "empty", "(,)"]),
  of("numrange", ["(0.1,5.50]"]),
  of("tstzrange", ["[2020-01-01 00:00+00,2021-01-01 00:00+00)", "[,infinity]"]),
  of("int4multirange", ["{[1,3),[5,7)}", "{}"]),
  of("int8[]", ["{{1,9223372036854775807},{3,NULL}}", "{}"], "array"),
  of("text[]", ['{"a,b",NULL,"NULL",""}', "{}", '{"\\"\\\\"}'], "array"),
  of("numeric[]", ["{1.50,NaN,12345678901234567890.1234567890}", "{{{1}}}"], "array"),
  of("bytea[]", ['{"\\\\x00ff",NULL}'], "array"),
  of("float8[]", ["{NaN,Infinity,0.1}"], "array"),
  of("timestamptz[]", ['{"2020-01-01 00:00:00.5+00",infinity}'], "array"),
  of("date[]", ['{2020-01-01,infinity,"0044-03-15 BC"}'], "array"),
  of("jsonb[]", ['{"{\\"a\\": 12345678901234567890}","null"}'], "array"),
  of("mood[]", ['{sad,"very \\"happy\\""}'], "array"),
  of("pair[]", ['{"(,x)"}'], "array"),
  of("positive", ["5"]),
  of("price_too", ["12.30", "99999999.99"]),
  of("numbers", ["{1,2}"], "array"),
  of("instant", ["2020-06-01 12:00+02"]),
  of("pg_lsn", ["16/B374D848"]),
  of("xid8", ["18446744073709551615"]),
  of("tid", ["(0,1)"]),
  of("int2vector", ["1 2"]),
  of("jsonpath", ['$."a"[*]']),
];

const ROWS = Math.max(...SAMPLES.map(({ values }) => values.length));

/** The name of a sample's column: some of them are odd too. */
export const columnOf = (index: number) => index % 9 === 4 ? `Ünd "${index}", order` : `c${index}`;

export const quoted = (index: number) => `"${columnOf(index).replaceAll('"', '""')}"`;

/** Makes a table of all samples, a row for each place in their values; what has no more values is NULL. */
export function sampleTable(name: string): string {
  const columns = SAMPLES.map(({ type }, index) => `${quoted(index)} ${type}`).join(", ");
  const rows = Array.from({ length: ROWS + 1 }, (_, row) => {
    const values = SAMPLES.map(({ type, values }) => values[row] === undefined ? "NULL" : `${values[row]}::${type}`);
    return `INSERT INTO ${name} VALUES (${row}, ${values.join(", ")});`;
  });
  return `CREATE TABLE ${name} (id int PRIMARY KEY, ${columns});\n${rows.join("\n")}`;
}
