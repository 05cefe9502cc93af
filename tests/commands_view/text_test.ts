import assert from "node:assert/strict";
import {
  formatBytes,
  formatCount,
  formatCountOf,
  formatDuration,
  formatRate,
  formatShare,
} from "../../runtime/commands/view/numbers.ts";
import { cutText, padText, textWidth, wrapText } from "../../runtime/commands/view/text_width.ts";
import { visibleLines, visibleText } from "../../runtime/commands/view/visible_text.ts";

Deno.test("counts have thousands marks and their noun", () => {
  assert.deepEqual([0, 999, 1234567].map(formatCount), ["0", "999", "1,234,567"]);
  assert.deepEqual([0, 1, 2000].map((count) => formatCountOf(count, "row")), ["0 rows", "1 row", "2,000 rows"]);
});

Deno.test("bytes have a unit of a thousand each", () => {
  const sizes = [0, 999, 1000, 1234, 99_949, 99_950, 999_499, 999_500, 1.2e6, 5e9, 3e18];
  assert.deepEqual(
    sizes.map(formatBytes),
    ["0 B", "999 B", "1.0 kB", "1.2 kB", "99.9 kB", "100 kB", "999 kB", "1.0 MB", "1.2 MB", "5.0 GB", "3000 PB"],
  );
});

Deno.test("durations have at most two units", () => {
  const seconds = [0, 0.04, 0.9994, 0.9996, 3.24, 9.94, 9.96, 59.4, 59.6, 63, 3599.4, 3599.6, 7500, 86_399, 100_000];
  assert.deepEqual(seconds.map(formatDuration), [
    ...["0 ms", "40 ms", "999 ms", "1.0 s", "3.2 s", "9.9 s", "10 s", "59 s", "1m 00s", "1m 03s", "59m 59s", "1h 00m"],
    ...["2h 05m", "23h 59m", "1d 03h"],
  ]);
});

Deno.test("rates and shares", () => {
  assert.deepEqual([formatRate(0, 1), formatRate(5, 0), formatRate(100, 3), formatRate(9999, 1)], [
    "-",
    "-",
    "33",
    "9,999",
  ]);
  assert.deepEqual([formatRate(10_000, 1), formatRate(1_250_000, 1)], ["10.0 k", "1.3 M"]);
  assert.deepEqual([0, 0.429, 0.9999, 1].map(formatShare), ["0 %", "42 %", "99 %", "100 %"]);
});

Deno.test("width counts columns, not characters", () => {
  const texts = ["abc", "日本語", "한국어", "é", "e\u0301", "👍", "👍🏽", "👩‍👩‍👧", "❤️", "❤", "Ａ", "…", "─", "🇰🇷", ""];
  assert.deepEqual(texts.map(textWidth), [3, 6, 6, 1, 1, 2, 2, 2, 2, 1, 2, 1, 1, 2, 0]);
});

Deno.test("a cut never halves a character and shows that it was made", () => {
  assert.deepEqual([cutText("日本語", 6), cutText("日本語", 5), cutText("日本語", 4)], ["日本語", "日本…", "日…"]);
  assert.equal(cutText("/data/orders.csv", 11, { keep: "end" }), "…orders.csv");
  assert.equal(cutText("abc", 0), "");
  assert.deepEqual([padText("日本", 6), padText("日本", 6, { align: "right" })], ["日本  ", "  日本"]);
});

Deno.test("text breaks between words, and keeps the spaces of lines that fit", () => {
  assert.deepEqual(wrapText("one two three\n  ^ here\nunbreakable_word x", 9), [
    "one two",
    "three",
    "  ^ here",
    "unbreakable_word",
    "x",
  ]);
});

Deno.test("what a terminal would obey is shown instead", () => {
  assert.equal(visibleText("a\nb\tc\x1b[31m\x00\x7f\x9b\u202e"), "a↵b⇥c␛[31m␀␡\\u009b\\u202e");
  assert.equal(visibleLines("a\r\nb\x07"), "a\nb␇");
});
