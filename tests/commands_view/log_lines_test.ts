import assert from "node:assert/strict";
import { localTime, makeLogLines } from "../../runtime/commands/view/log_lines.ts";
import type { RunEvent } from "../../runtime/store/event.ts";
import {
  ended,
  errorReport,
  logged,
  progress,
  runReport,
  started,
  streamEnded,
  streamReport,
  streamStarted,
} from "../store/sample_events.ts";
import { fakeScreen } from "./fake_screen.ts";

const T = new Date(2026, 4, 9, 12, 3, 4).getTime(); // in the zone of the machine, as the lines are
const EVENTS: readonly RunEvent[] = [
  started("r1", T, ["orders", "items"]),
  streamStarted("r1", T),
  logged("r1", T, "guessed the delimiter `;`", { level: "debug", pipeline: "shop", stream: "orders" }),
  progress("r1", T + 5000, { rows: 100 }),
  progress("r1", T + 10_000, { rows: 12_345, share: 0.5 }),
  progress("r1", T + 15_000, { rows: 20_000 }),
  streamEnded("r1", T + 20_000, { read: 24_690, written: 24_680, filtered: 8, rejected: 2, seconds: 20 }),
  streamEnded("r1", T + 20_000, { name: "items", status: "failed", read: 0, error: errorReport() }),
  logged("r1", T + 20_000, "the disk\nis nearly full", { level: "warn" }),
  ended(
    "r1",
    T + 21_000,
    runReport("r1", [streamReport({ read: 24_680 }), streamReport({ read: 0 })], { status: "partial", seconds: 21 }),
    errorReport(),
  ),
];

function shown(settings: Parameters<typeof fakeScreen>[0]): readonly string[] {
  const screen = fakeScreen({ tty: false, ...settings });
  EVENTS.forEach(makeLogLines(screen.terminal));
  return screen.written().join("").trimEnd().split("\n");
}

Deno.test("log lines have local time, level, stream and what happened; progress every ten seconds", () => {
  assert.deepEqual(shown({}), [
    "12:03:04 info  run r1 of shop",
    "12:03:04 info  orders  to dteg.duckdb main.orders",
    "12:03:14 info  orders  moving  12,345 rows  80 B  50 %",
    "12:03:24 info  orders  read 24,690, wrote 24,680, filtered 8, rejected 2, 1.2 kB in 20 s, 1,234 rows/s, to dteg.duckdb main.orders",
    "12:03:24 error items  failed: data.value",
    "12:03:24 warn  the disk↵is nearly full",
    "12:03:25 info  run partial: 2 streams, 24,680 rows in 21 s",
  ]);
});

Deno.test("the level filters, -v shows all, -q errors only", () => {
  const levels = (settings: Parameters<typeof fakeScreen>[0]) =>
    shown(settings).map((line) => line.slice(9, 14).trim());
  assert.deepEqual(levels({ logLevel: "warn" }), ["error", "warn"]);
  assert.deepEqual(levels({ logLevel: "debug" }), ["info", "info", "debug", "info", "info", "error", "warn", "info"]);
  assert.deepEqual(levels({ quiet: true }), ["error"]);
});

Deno.test("JSON lines are one object each, in UTC, with the numbers", () => {
  const lines = shown({ logFormat: "json" }).map((line) => JSON.parse(line));
  const at = (time: number) => new Date(time).toISOString();
  assert.deepEqual(lines[0], {
    at: at(T),
    level: "info",
    run: "r1",
    event: "run.started",
    message: "run r1 of shop",
    pipelines: ["shop"],
  });
  assert.deepEqual(lines[2], {
    at: at(T + 10_000),
    level: "info",
    run: "r1",
    event: "stream.progress",
    message: "moving  12,345 rows  80 B  50 %",
    pipeline: "shop",
    stream: "orders",
    step: "moving",
    rows: 12_345,
    bytes: 80,
    share: 0.5,
  });
  assert.deepEqual(lines.map(({ event }) => event), [
    ...["run.started", "stream.started", "stream.progress", "stream.ended", "stream.ended", "log", "run.ended"],
  ]);
  assert.deepEqual(lines[4].error, errorReport());
});

Deno.test("colour stands on level, time and stream only", () => {
  const [, line] = shown({ env: { NO_COLOR: "", FORCE_COLOR: "1" }, tty: true, logFormat: "text" });
  assert.equal(line, `\x1b[2m12:03:04\x1b[22m info  \x1b[36morders\x1b[39m  to dteg.duckdb main.orders`);
});

Deno.test("a day is written before the time where it may be another", () => {
  assert.equal(localTime(T, { day: true }), "2026-05-09 12:03:04");
});
