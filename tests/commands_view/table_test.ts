import assert from "node:assert/strict";
import fc from "fast-check";
import type { Value } from "../../sdk/mod.ts";
import { makeStyle } from "../../runtime/commands/style.ts";
import { barChart } from "../../runtime/commands/view/chart.ts";
import { formatRows } from "../../runtime/commands/view/formats.ts";
import { printTable } from "../../runtime/commands/view/table.ts";
import { textWidth } from "../../runtime/commands/view/text_width.ts";
import { assertGolden } from "./golden.ts";

const COLUMNS = [
  { name: "id", type: "BIGINT" },
  { name: "名前", type: "VARCHAR" },
  { name: "amount", type: "DECIMAL(18,2)" },
  { name: "memo", type: "VARCHAR" },
  { name: "tags", type: "VARCHAR[]" },
];
const ROWS: readonly (readonly Value[])[] = [
  ["1", "山田太郎", "12.50", "one\ntwo\tand \x1b[31mred", ["a", "b"]],
  ["12345678901234567890", null, "-3.10", null, []],
  ["3", "naïve 👍", "0.00", "x".repeat(100), { a: 1, b: null }],
  ["4", "", null, 'say "hi", | pipe', null],
];

for (const width of [40, 80, 200]) {
  for (const colour of [false, true]) {
    Deno.test(`a table of ${width} columns, colour ${colour ? "on" : "off"}`, () => {
      const style = makeStyle({ colour });
      assertGolden(
        `table_${width}${colour ? "_colour" : ""}`,
        printTable(COLUMNS, ROWS, { width, style, types: true }),
      );
    });
  }
}

Deno.test("rows above the limit are counted", () => {
  assert.equal(printTable([{ name: "n" }], [[1], [2], [3]], { maxRows: 1 }), "n\n─\n1\n… 2 more rows\n");
});

Deno.test("a spare column is left out before another is cut", () => {
  const columns = [{ name: "run" }, { name: "error", isSpare: true }];
  const rows = [["rmx0sx8gz0snu9", "connection.forbidden"]];
  assert.equal(printTable(columns, rows, { width: 30 }), "run\n──────────────\nrmx0sx8gz0snu9\n");
  assert.equal(printTable(columns, rows, { width: 40 }).includes("connection.forbidden"), true);
});

Deno.test("a table without rows is its header", () => {
  assert.equal(printTable([{ name: "id" }, { name: "name" }], []), "id  name\n──  ────\n");
});

Deno.test("no table is wider than its screen, whatever stands in it", () => {
  const value = fc.oneof(fc.string({ unit: "grapheme" }), fc.integer(), fc.constant(null));
  const table = fc.integer({ min: 1, max: 6 }).chain((columns) =>
    fc.tuple(
      fc.array(fc.string({ unit: "grapheme" }), { minLength: columns, maxLength: columns }),
      fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { maxLength: 5 }),
      fc.integer({ min: 20, max: 120 }),
    )
  );
  fc.assert(fc.property(table, ([names, rows, width]) => {
    const lines = printTable(names.map((name) => ({ name })), rows, { width }).split("\n");
    assert.deepEqual(lines.filter((line) => textWidth(line) > width), []);
  }));
});

Deno.test("CSV tells NULL from empty text and quotes what needs it", () => {
  assert.equal(
    formatRows("csv", { columns: COLUMNS, rows: [ROWS[0], ROWS[1], ROWS[3]] }),
    'id,名前,amount,memo,tags\n1,山田太郎,12.50,"one\ntwo\tand \x1b[31mred","[""a"",""b""]"\n' +
      '12345678901234567890,,-3.10,,[]\n4,"",,"say ""hi"", | pipe",\n',
  );
});

Deno.test("JSON keeps all digits of numbers and each column of a name", () => {
  const columns = [{ name: "n", type: "HUGEINT" }, { name: "n", type: "DECIMAL(38,3)" }, { name: "d", type: "DOUBLE" }];
  const rows = [["170141183460469231731687303715884105727", "0.100", "NaN"], [null, "5", 0.5]];
  assert.equal(
    formatRows("json", { columns, rows }),
    '[\n  {"n": 170141183460469231731687303715884105727, "n_1": 0.100, "d": "NaN"},\n  {"n": null, "n_1": 5, "d": 0.5}\n]\n',
  );
  assert.equal(formatRows("json", { columns, rows: [] }), "[]\n");
});

Deno.test("Markdown escapes what would end a cell", () => {
  assert.equal(
    formatRows("markdown", { columns: COLUMNS.slice(2, 4), rows: [["1.00", "a|b\nc"], [null, null]] }),
    "| amount | memo |\n| ---: | --- |\n| 1.00 | a\\|b<br>c |\n| NULL | NULL |\n",
  );
});

Deno.test("a chart is to scale and shows even a small value", () => {
  const bars = [{ label: "Atlanta", value: 1200 }, { label: "東京", value: 600 }, { label: "x", value: 1 }, {
    label: "none",
    value: 0,
  }];
  assert.equal(
    barChart(bars, { width: 32 }),
    "Atlanta  ████████████████ 1,200\n東京     ████████ 600\nx        ▏ 1\nnone     0\n",
  );
});
