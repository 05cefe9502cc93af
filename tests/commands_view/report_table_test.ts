import assert from "node:assert/strict";
import { makeStyle } from "../../runtime/commands/style.ts";
import { reportTable } from "../../runtime/commands/view/report_table.ts";
import { textWidth } from "../../runtime/commands/view/text_width.ts";
import type { RunReport } from "../../runtime/store/event.ts";
import { errorReport, runReport, streamReport } from "../store/sample_events.ts";
import { assertGolden } from "./golden.ts";

const ONE = runReport("r1", [streamReport({ read: 1_234_567, bytes: 59_512_345, seconds: 3.24 })]);
const MANY = runReport("r1", [
  streamReport({ read: 1_234_567, bytes: 59_512_345, seconds: 3.24 }),
  streamReport({
    name: "顧客マスター",
    target: "dteg.duckdb main.顧客マスター",
    read: 12,
    bytes: 430,
    seconds: 0.034,
    warnings: ["the delimiter was guessed, `;`, from 100 lines that have three of them each; declare it to be sure"],
  }),
  streamReport({
    name: "a_stream_with_a_name_that_goes_on_and_on_and_on",
    target: "/data/warehouse/out/a/long/path/to/some/folder/orders.parquet",
    read: 1000,
    written: 990,
    filtered: 8,
    rejected: 2,
    seconds: 75.2,
    warnings: Array.from({ length: 7 }, (_, at) => `warning ${at + 1}`),
  }),
  streamReport({ name: "broken", status: "failed", read: 0, bytes: null, seconds: 0.1, error: errorReport() }),
  streamReport({ name: "later", status: "skipped", read: 0, bytes: null, seconds: 0 }),
], { status: "partial", seconds: 79.1 });
const TWO_PIPELINES: RunReport = {
  ...ONE,
  pipelines: [...ONE.pipelines, {
    name: "crm",
    status: "ok",
    streams: [streamReport({ name: "leads", read: 40_000 })],
  }],
};

for (const width of [80, 200]) {
  for (const colour of [false, true]) {
    Deno.test(`a report of many streams in ${width} columns, colour ${colour ? "on" : "off"}`, () => {
      assertGolden(
        `report_${width}${colour ? "_colour" : ""}`,
        reportTable(MANY, { width, style: makeStyle({ colour }) }),
      );
    });
  }
}

Deno.test("one stream has no total, and no column for what is zero", () => {
  assertGolden("report_one", reportTable(ONE, { width: 80 }));
});

Deno.test("several pipelines have a column of their own", () => {
  assertGolden("report_pipelines", reportTable(TWO_PIPELINES, { width: 100 }));
});

Deno.test("the table keeps to every width that has room for a name and a count", () => {
  for (let width = 40; width <= 220; width++) {
    const table = reportTable(MANY, { width }).split("\n\n")[0];
    const widest = Math.max(...table.split("\n").map(textWidth));
    assert(widest <= width, `${widest} columns in ${width}`);
  }
});

Deno.test("without colour there is no escape code", () => {
  assert(!reportTable(MANY).includes("\x1b"));
});

Deno.test("names and messages cannot steer the terminal", () => {
  const evil = "a\x1b[2Jb\r\u202e";
  const streams = [
    streamReport({ name: evil, target: evil, warnings: [evil], error: errorReport({ message: evil, hint: evil }) }),
  ];
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x09\x0b-\x1f\u202e]/.test(reportTable(runReport("r1", streams))));
});

Deno.test("an error that the caller prints is left out", () => {
  const report = runReport("r1", [streamReport({ status: "failed", error: errorReport() })]);
  assert(reportTable(report).includes("data.value"));
  assert(!reportTable(report, { except: errorReport() }).includes("data.value"));
});

Deno.test("of very many streams a screen shows those that went wrong and those that took longest, in their order", () => {
  const streams = Array.from({ length: 200 }, (_, at) =>
    streamReport({
      name: `table_${at}`,
      seconds: at === 7 ? 9 : 0.01,
      ...(at === 150 && { status: "failed" as const, read: 0, bytes: null, error: errorReport() }),
    }));
  const table = reportTable(runReport("r1", streams), { width: 100, most: 2 }).split("\n\n")[0];
  const lines = table.split("\n").map((line) => line.trim());
  assert.deepEqual(lines.map((line) => /table_\d+|….*|200 streams/.exec(line)?.[0]).filter(Boolean), [
    "table_7",
    "table_150",
    "… 198 more that went well and took no longer: `dteg runs show last`",
    "200 streams",
  ]);
});

Deno.test("where there is no room, what the targets of all streams begin with is said once above them", () => {
  const streams = ["한국.주문", "app.customers", "app.product_categories"].map((name, at) =>
    streamReport({ name, target: `/data/warehouse.duckdb ${name}`, read: 10 ** (at + 3), bytes: null, seconds: at + 1 })
  );
  assertGolden("report_common_target", reportTable(runReport("r1", streams, { seconds: 6 }), { width: 70 }));
});

Deno.test("of very many that failed a screen shows the first, and says how many there are more", () => {
  const streams = Array.from({ length: 200 }, (_, at) =>
    streamReport({
      name: `app.t${at}`,
      target: `x.duckdb app.t${at}`,
      status: at % 3 ? "failed" : "ok",
      read: 0,
      bytes: null,
      seconds: 0.1,
      error: at % 3 ? errorReport() : null,
    }));
  assertGolden(
    "report_many_failed",
    reportTable(runReport("r1", streams, { status: "partial" }), { width: 80, most: 10 }),
  );
});
