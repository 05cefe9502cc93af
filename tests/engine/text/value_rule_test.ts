import assert from "node:assert/strict";
import { columnType } from "../../../runtime/config/form/column_type.ts";
import { parseText } from "../../../runtime/engine/text/parse_text.ts";
import { DtegError, quoteText, type ReadOptions } from "../../../sdk/mod.ts";
import { openSession } from "../stage_session.ts";

/** By text: what the type holds of it, as DuckDB prints it; undefined where it is refused. */
type Expected = Readonly<Record<string, string | undefined>>;

const WANTED: Readonly<Record<string, Expected>> = {
  integer: {
    "7": "7",
    " 7 ": "7",
    "+7": "7",
    "007": "7",
    "1.0": "1",
    "2147483647": "2147483647",
    "2147483648": undefined,
    "1.5": undefined,
    "1e3": undefined,
    "0x10": undefined,
    "1_000": undefined,
    "٣": undefined,
    "": undefined,
    "true": undefined,
  },
  bigint: {
    "9223372036854775807": "9223372036854775807",
    "9223372036854775808": undefined,
    "-9223372036854775808": "-9223372036854775808",
  },
  "decimal(18,4)": {
    "0.1": "0.1000",
    "0.12340000": "0.1234",
    "0.12345": undefined,
    ".5": "0.5000",
    "99999999999999.9999": "99999999999999.9999",
    "999999999999999.9": undefined,
    "1e3": "1000.0000",
    "-1.5e-4": undefined,
    "-1.5e-3": "-0.0015",
    "1.5E+2": "150.0000",
    "1e-5": undefined,
    "1e400": undefined,
    "NaN": undefined,
  },
  double: {
    "0.1": "0.1",
    "0.30000000000000004": "0.30000000000000004",
    "0.10000000000000001": "0.1",
    "9007199254740992": "9007199254740992.0",
    "9007199254740993": undefined,
    "0.10000000000000000001": undefined,
    "5e-324": "5e-324",
    "1e-400": undefined,
    "1e400": undefined,
    "-0": "-0.0",
    "NaN": "nan",
    "-INF": "-inf",
    "1_000": undefined,
    "0x1F": undefined,
  },
  real: {
    "0.1": "0.1",
    "16777216": "16777216.0",
    "16777217": undefined,
    "0.10000000149011612": "0.1",
    "0.12345678901": undefined,
    "1e-46": undefined,
    "1e39": undefined,
  },
  boolean: { "true": "true", "F": "false", "1": "true", "off": "false", "2": undefined, "tru": undefined },
  date: {
    "2024-02-29": "2024-02-29",
    "2023-02-29": undefined,
    "2024-1-5": "2024-01-05",
    "24-01-05": undefined,
    "2024/01/05": undefined,
    "2024-01-05 10:00:00": undefined,
    "0000-00-00": undefined,
    "0000-01-01": undefined,
    "0044-03-15 (BC)": "0044-03-15 (BC)",
    "infinity": "infinity",
    "epoch": undefined,
  },
  timestamp: {
    "2024-01-01": "2024-01-01 00:00:00",
    "2024-01-01T10:00:00.123456": "2024-01-01 10:00:00.123456",
    "2024-01-01 10:00:00.1234560": "2024-01-01 10:00:00.123456",
    "2024-01-01 10:00:00.1234567": undefined,
    "2024-01-01T10:00:00Z": undefined,
    "2024-01-01 10:00:00+09": undefined,
    "2024-02-30 00:00:00": undefined,
    "2024-01-01 23:59:60": undefined,
    "1704067200": undefined,
  },
  timestamptz: {
    "2024-01-01T00:00:00Z": "2024-01-01 00:00:00+00",
    "2024-01-01 00:00:00+0930": "2023-12-31 14:30:00+00",
    "1890-01-01 00:00:00+08:27:52": "1889-12-31 15:32:08+00",
    "2024-01-01 00:00:00": undefined,
    "2024-01-01 00:00:00+99": undefined,
    "2024-01-01 00:00:00+09:75": undefined,
    "2024-01-01T00:00:00.1234567Z": undefined,
  },
  time: { "10:00": "10:00:00", "24:00:00": "24:00:00", "25:00:00": undefined, "10:00:00.1234567": undefined },
  uuid: { "D41D8CD98F00B204E9800998ECF8427E": "d41d8cd9-8f00-b204-e980-0998ecf8427e", "x": undefined },
  bytes: { "\\x00fF": "\\x00\\xFF", "\\x": "", "abc": undefined, "\\xABC": undefined },
  json: {
    '{"a":[1, 2.50]}': '{"a":[1, 2.50]}',
    '{"a":12345678901234567890123}': '{"a":12345678901234567890123}',
    '"nan, Infinity"': '"nan, Infinity"',
    "NaN": undefined,
    '{"a":[-Infinity]}': undefined,
    '{"a":",]", "b":"\\",}"}': '{"a":",]", "b":"\\",}"}',
    "[1,]": undefined,
    '{"a":1,\n }': undefined,
    '{"a":",]", "b":[1 ,\t]}': undefined,
    "[1 /* one */]": undefined,
    "[+1]": undefined,
    "[.5]": undefined,
    "[01]": undefined,
    "{a:1}": undefined,
    "['a']": undefined,
    '["\\x41"]': undefined,
    '["\\ud800"]': undefined,
    '["\t"]': undefined,
    "[1] [2]": undefined,
    "nope": undefined,
    "": undefined,
  },
  interval: {
    "1 month 2 days": "1 month 2 days",
    "P1Y2M3DT4H5M6.5S": "1 year 2 months 3 days 04:05:06.5",
    "P0Y-1M0DT0H0M0S": "-1 month",
    "P2W": "14 days",
    "1.5 days": "1 day 12:00:00",
    "0.5 months": undefined,
    "00:00:01.1234567": undefined,
    "PT1.1234567S": undefined,
    "P": undefined,
    "x": undefined,
  },
  text: { " 007 ": " 007 ", "": "" },
};

const FORMS: readonly (readonly [type: string, format: string, Expected])[] = [
  ["date", "%d.%m.%Y", { "31.12.2024": "2024-12-31", "1.2.2024": "2024-02-01", "31.02.2024": undefined }],
  ["date", "%Y%m%d", { "20240105": "2024-01-05", "2024015": undefined }],
  ["date", "%Y-%m-%d %H:%M", { "2024-01-01 00:00": "2024-01-01", "2024-01-01 10:30": undefined }],
  ["timestamp", "%a %d %b %Y", { "Tue 2 Jan 2024": "2024-01-02 00:00:00", "Mon 2 Jan 2024": undefined }],
  ["timestamp", "%Y-%m-%d %H:%M:%S.%n", {
    "2024-01-01 00:00:00.123456000": "2024-01-01 00:00:00.123456",
    "2024-01-01 00:00:00.123456789": undefined,
  }],
  ["timestamptz", "%Y-%m-%d %H:%M:%S %z", {
    "2024-01-01 00:00:00 +0900": "2023-12-31 15:00:00+00",
    "2024-01-01 00:00:00 +9999": undefined,
  }],
];

async function parsed(type: string, texts: readonly string[], options: ReadOptions = {}): Promise<Expected> {
  await using stage = await openSession();
  const found: Record<string, string | undefined> = {};
  for (const text of texts) {
    const sql = parseText({ name: "v", ref: "t.v", type: columnType(type)!, rule: "value", options });
    const query = `SELECT CAST(${sql} AS VARCHAR) AS v FROM (SELECT ${quoteText(text)} AS v) t`;
    found[text] = await stage.session.all(query).then(([row]) => row.v as string, (error) => {
      assert.ok(error instanceof DtegError && error.code === "data.value", `${type} ${text}: ${error.message}`);
      return undefined;
    });
  }
  return found;
}

for (const [type, expected] of Object.entries(WANTED)) {
  Deno.test(`a text declared as ${type} is its exact value, or refused`, async () => {
    assert.deepEqual(await parsed(type, Object.keys(expected)), expected);
  });
}

for (const [type, format, expected] of FORMS) {
  Deno.test(`a text declared as ${type} of the form ${format} is its exact value, or refused`, async () => {
    const options = { dateFormat: format, timestampFormat: format };
    assert.deepEqual(await parsed(type, Object.keys(expected), options), expected);
  });
}
