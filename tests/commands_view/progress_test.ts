import assert from "node:assert/strict";
import { makeProgress } from "../../runtime/commands/view/progress.ts";
import { makeRunView } from "../../runtime/commands/view/run_view.ts";
import { textWidth } from "../../runtime/commands/view/text_width.ts";
import type { Emit } from "../../runtime/store/event.ts";
import {
  ended,
  errorReport,
  logged,
  progress,
  runReport,
  started,
  streamEnded,
  streamStarted,
} from "../store/sample_events.ts";
import { fakeScreen } from "./fake_screen.ts";

/** A run of 30 streams on a screen, where time is what the test says. */
function thirtyStreams(options: Parameters<typeof fakeScreen>[0] = {}) {
  const screen = fakeScreen({ width: 100, ...options });
  let now = 0;
  const emit = makeProgress(screen.terminal, { now: () => now });
  const names = Array.from({ length: 30 }, (_, at) => `stream_${at}`);
  const at = (time: number, act: (emit: Emit) => void) => {
    now = time;
    act(emit);
  };
  at(0, () => emit(started("r1", 0, names)));
  return { screen, names, at };
}

Deno.test("live lines show the streams that move and one line for the run", () => {
  const { screen, at } = thirtyStreams();
  at(1000, (emit) => {
    for (const stream of ["stream_0", "stream_1", "stream_2"]) emit(streamStarted("r1", 0, stream));
    emit(streamEnded("r1", 1000, { name: "stream_2", read: 500 }));
  });
  at(4000, (emit) => emit(progress("r1", 4000, { stream: "stream_0", rows: 1_000_000, share: 0.25 })));
  at(4200, (emit) => emit(progress("r1", 4200, { stream: "stream_1", rows: 42 })));
  assert.deepEqual(screen.lines(), [
    "⠹  stream_0  ━━━━┄┄┄┄┄┄┄┄┄┄┄┄   25 %   1,000,000 rows     80 B  238 k rows/s   4.2 s  13 s left",
    "⠹  stream_1                                   42 rows     80 B     10 rows/s   4.2 s  moving",
    "   1 of 30 done  4.2 s  1,000,542 rows  27 waiting",
  ]);
  at(5000, (emit) => emit(ended("r1", 5000, runReport("r1", []))));
  assert.deepEqual(screen.lines(), []);
});

Deno.test("what wildcards mean is counted when the source has said it, once also after a second try", () => {
  const screen = fakeScreen({ width: 100 });
  let now = 0;
  const emit = makeProgress(screen.terminal, { now: () => now });
  emit(started("r1", 0, ["app.*"]));
  for (const _ of [1, 2]) emit({ kind: "streams.found", run: "r1", at: 0, pipeline: "shop", streams: 200 });
  now = 1000;
  emit(streamStarted("r1", 0, "app.orders"));
  assert.equal(screen.lines().at(-1), "   0 of 200 done  1.0 s  199 waiting");
  emit(ended("r1", 1000, runReport("r1", [])));
});

Deno.test("of many streams ten have a line", () => {
  const { screen, names, at } = thirtyStreams();
  at(2000, (emit) => names.forEach((name) => emit(streamStarted("r1", 0, name))));
  at(3000, (emit) => emit(progress("r1", 3000, { stream: "stream_0" })));
  assert.equal(screen.lines().length, 11);
  assert.equal(screen.lines()[10], "   0 of 30 done  3.0 s  2 rows  30 moving");
  at(3001, (emit) => emit(ended("r1", 3001, runReport("r1", []))));
});

Deno.test("live lines are never as tall as the screen, so that they can be drawn over", () => {
  for (const height of [3, 5, 8, 12, 24]) {
    const { screen, names, at } = thirtyStreams({ height });
    at(2000, (emit) => names.forEach((name) => emit(streamStarted("r1", 0, name))));
    at(3000, (emit) => emit(progress("r1", 3000, { stream: "stream_0" })));
    assert.equal(screen.lines().length, Math.min(11, height - 1));
    assert.equal(screen.lines().at(-1), "   0 of 30 done  3.0 s  2 rows  30 moving");
    at(3001, (emit) => emit(ended("r1", 3001, runReport("r1", []))));
    assert.deepEqual(screen.lines(), []);
  }
});

Deno.test("no line is wider than the screen", () => {
  for (const width of [20, 40, 60, 80, 100, 120, 200]) {
    const { screen, at } = thirtyStreams({ width });
    at(5000, (emit) => {
      emit(streamStarted("r1", 0, "顧客マスター_with_a_name_that_goes_on_and_on"));
      emit(
        progress("r1", 5000, {
          stream: "顧客マスター_with_a_name_that_goes_on_and_on",
          rows: 123_456_789_012,
          share: 0.5,
        }),
      );
    });
    at(6000, (emit) => emit(streamStarted("r1", 6000, "stream_1")));
    assert.deepEqual(screen.lines().filter((line) => textWidth(line) >= width), [], `in ${width} columns`);
    at(6001, (emit) => emit(ended("r1", 6001, runReport("r1", []))));
  }
});

Deno.test("the screen is drawn at most ten times a second, and not at all for a short run", () => {
  const { screen, at } = thirtyStreams();
  at(0, (emit) => emit(streamStarted("r1", 0, "stream_0")));
  for (let time = 1; time <= 240; time++) at(time, (emit) => emit(progress("r1", time, { stream: "stream_0" })));
  assert.equal(screen.written().length, 0);
  for (let time = 241; time <= 1250; time++) at(time, (emit) => emit(progress("r1", time, { stream: "stream_0" })));
  assert.equal(screen.written().length, 11);
  at(1251, (emit) => emit(ended("r1", 1251, runReport("r1", []))));
});

Deno.test("a warning of the run stands above the live lines; what the report will say is not said before", () => {
  const { screen, at } = thirtyStreams();
  at(1000, (emit) => emit(streamStarted("r1", 0, "stream_0")));
  at(2000, (emit) => emit(logged("r1", 2000, "the disk is nearly full", { level: "warn" })));
  at(
    2010,
    (emit) =>
      emit(
        logged("r1", 2010, "two columns differ only in case", { level: "warn", pipeline: "shop", stream: "stream_0" }),
      ),
  );
  at(
    3000,
    (emit) => emit(streamEnded("r1", 3000, { name: "stream_0", read: 0, status: "failed", error: errorReport() })),
  );
  assert.deepEqual(screen.lines(), [
    "warning: the disk is nearly full",
    "   1 of 30 done  1 failed  3.0 s  29 waiting",
  ]);
  at(4000, (emit) => emit(ended("r1", 4000, runReport("r1", []))));
  assert.deepEqual(screen.lines(), ["warning: the disk is nearly full"]);
});

Deno.test("with -v all log lines stand above", () => {
  const { screen, at } = thirtyStreams({ logLevel: "debug" });
  at(10, (emit) => emit(logged("r1", 10, "guessed `;`", { level: "debug", pipeline: "shop", stream: "stream_0" })));
  assert.deepEqual(screen.lines(), ["stream_0: guessed `;`"]);
  at(20, (emit) => emit(ended("r1", 20, runReport("r1", []))));
});

Deno.test("a run is shown as log lines where there is no terminal, with -q, and in JSON", () => {
  for (const settings of [{ tty: false }, { quiet: true }, { logFormat: "json" } as const, { env: { TERM: "dumb" } }]) {
    const screen = fakeScreen(settings);
    const emit = makeRunView(screen.terminal);
    emit(started("r1", Date.now() - 5000));
    emit(logged("r1", Date.now(), "broken", { level: "error" }));
    emit(ended("r1", Date.now(), runReport("r1", [])));
    assert(screen.written().every((text) => !text.includes("\x1b") && text.endsWith("\n")));
    assert.equal(screen.written().length, "quiet" in settings ? 1 : 3);
  }
});
