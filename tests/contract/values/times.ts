import { type Line, nasty, refused } from "../nasty.ts";

/** What no date of MariaDB is. */
const BEYOND = { to: { ">mysql": refused("data.value") } } as const;

const LINES: readonly Line[] = [
  ["date", "0001-01-01", "the first day"],
  ["date", "9999-12-31", "the last day of four digits"],
  ["date", "1582-10-10", "a day that the Julian calendar's end skipped"],
  ["date", "1969-12-31", "before 1970"],
  ["date", "10000-01-01", "a year of five digits", { only: ["duckdb", "postgres"], ...BEYOND }],
  ["date", "5874897-12-31", "PostgreSQL's last day", { only: ["duckdb", "postgres"], ...BEYOND }],
  ["date", "0044-03-15 BC", "before the year 1", { only: ["duckdb", "postgres"], ...BEYOND }],
  ["date", "infinity", "a day without end", { only: ["csv", "ndjson", "json", "duckdb", "postgres"], ...BEYOND }],
  ["date", "-infinity", "a day without beginning", {
    only: ["csv", "ndjson", "json", "duckdb", "postgres"],
    ...BEYOND,
  }],
  ["time", "00:00:00", "midnight"],
  ["time", "23:59:59.999999", "the last microsecond of a day"],
  ["time", "24:00:00", "the end of a day, which is not its beginning", { only: ["duckdb", "postgres"] }],
  ["timetz", "23:59:59.999999+15:59:59", "the farthest offset"],
  ["timetz", "12:00:00.5-03:30", "an offset of half hours"],
  ["timestamp", "0001-01-01T00:00:00", "the first moment"],
  ["timestamp", "9999-12-31T23:59:59.999999", "the last microsecond of four digits"],
  ["timestamp", "1969-12-31T23:59:59.999999", "a microsecond before 1970"],
  ["timestamp", "2024-03-10T02:30:00", "an hour that New York's clocks skip"],
  ["timestamp", "2024-11-03T01:30:00.000001", "an hour that New York's clocks show twice"],
  ["timestamp", "2024-03-31T02:30:00", "an hour that Berlin's clocks skip"],
  ["timestamp", "294246-12-31T23:59:59.999999", "DuckDB's last year", { only: ["duckdb", "postgres"], ...BEYOND }],
  ["timestamp", "0044-03-15T01:02:03 BC", "before the year 1", { only: ["duckdb", "postgres"], ...BEYOND }],
  ["timestamp", "infinity", "a moment without end", {
    only: ["csv", "ndjson", "json", "duckdb", "postgres"],
    ...BEYOND,
  }],
  ["timestamp", "-infinity", "a moment without beginning", { only: ["duckdb", "postgres"], ...BEYOND }],
  ["timestamp9", "2024-01-01T00:00:00.123456789", "nanoseconds", {
    to: { ">postgres": refused("data.value"), ">mysql": refused("data.value") },
  }],
  ["timestamp9", "2024-01-01T00:00:00.123456", "nanoseconds that are none"],
  ["timestamp9", "2262-04-11T23:47:16.854775806", "the last nanosecond of 64 bits", {
    to: { ">postgres": refused("data.value"), ">mysql": refused("data.value") },
  }],
  ["timestamp9", "1677-09-22T00:00:00.000000001", "nearly the first nanosecond of 64 bits", {
    to: { ">postgres": refused("data.value"), ">mysql": refused("data.value") },
  }],
  ["timestamptz", "2024-06-01T10:00:00Z", "an instant, in sessions of odd zones"],
  ["timestamptz", "2024-06-01T10:00:00Z", "an instant with an odd offset", {
    only: [],
    from: {
      csv: "2024-06-01T15:30:00+05:30",
      ndjson: '"2024-06-01T15:30:00+05:30"',
      json: '"2024-06-01T15:30:00+05:30"',
      duckdb: "'2024-06-01 15:30:00+05:30'",
      postgres: "'2024-06-01 15:30:00+05:30'",
    },
  }],
  ["timestamptz", "2024-11-03T05:30:00Z", "the first of the hours that New York shows twice"],
  ["timestamptz", "2024-11-03T06:30:00Z", "the second of the hours that New York shows twice"],
  ["timestamptz", "0001-01-01T00:00:00Z", "the first instant"],
  ["timestamptz", "9999-12-31T23:59:59.999999Z", "the last instant of four digits"],
  ["timestamptz", "1900-01-01T03:30:52.000001Z", "when St. John's had an offset of seconds"],
  ["timestamptz", "294246-12-31T23:59:59.999999Z", "DuckDB's last year", { only: ["duckdb", "postgres"], ...BEYOND }],
  ["timestamptz", "0044-03-15T01:02:03Z BC", "before the year 1", {
    only: [],
    from: { duckdb: "'0044-03-15 (BC) 01:02:03+00'", postgres: "'0044-03-15 01:02:03+00 BC'" },
    ...BEYOND,
  }],
  ["timestamptz", "infinity", "an instant without end", { only: ["duckdb", "postgres"], ...BEYOND }],
  ["timestamptz", "-infinity", "an instant without beginning", { only: ["duckdb", "postgres"], ...BEYOND }],
  ["timestamptz", "294276-12-31T23:59:59.999999Z", "PostgreSQL's last instant, beyond DuckDB's", {
    only: ["postgres"],
    to: { "postgres>": refused("data.value"), "postgres>postgres": "294276-12-31T23:59:59.999999Z" },
  }],
  ["interval", "P1Y-1M3DT-4H-5M-6.789S", "parts of both signs"],
  ["interval", "PT0.000001S", "a microsecond"],
  ["interval", "P0D", "nothing at all"],
  ["interval", "PT2000H", "hours that are no days"],
  ["interval", "P1M", "a month, which is no number of days"],
];

/** Dates, times, moments and spans. */
export const TIMES = nasty("time", LINES);
