import assert from "node:assert/strict";
import fc from "fast-check";
import { resolveFiles } from "../../../runtime/engine/files/resolve_files.ts";
import { columnAliases } from "../../../runtime/engine/move/column_refs.ts";
import { testCases } from "../load.ts";
import { openSession, runs } from "../stage_session.ts";

testCases("csv", {
  "a header with line breaks in its names, as spreadsheets write it": {
    content: '\ufeff"Unit\nprice",n\r\n5,a\r\n6,"b\nc"\r\n',
    wanted: { rows: [["5", "a"], ["6", "b\nc"]] },
  },
  "a NULL row behind a header of several lines": {
    content: '"a\nb"\n\nx\n',
    wanted: { rows: [[null], ["x"]] },
  },
  "lines that are left out may end otherwise, and hold quotes that nothing closes": {
    content: '"Report\n\nv,w\r\na,1\r\n',
    options: { settings: { skip: 1 } },
    wanted: { rows: [["a", "1"]] },
  },
  "the line of a fault is that of the file, whatever stands before the rows": {
    content: '"Report\nv,"w\nx"\r\na,1\r\nb\r\n',
    options: { settings: { skip: 1 } },
    wanted: { code: "csv.row_width", line: 5 },
  },
  "so is the line of a value": {
    content: '"Report\nv,"w\nx"\r\na,1\r\nb,2\r\nc,z\r\n',
    options: { settings: { skip: 1 }, columns: { "w\nx": { type: "integer" } } },
    wanted: { code: "data.value", line: 6, column: "w\nx" },
  },
});

const field = fc.array(fc.constantFrom("a", "1", "é", '"', ",", "\n", "\r\n", "\r"), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(""));
const file = fc.record({
  mark: fc.boolean(),
  above: fc.array(fc.tuple(fc.constantFrom("", "x", '"x', '"x"', "a,b", ","), fc.constantFrom("\n", "\r\n", "\r")), {
    maxLength: 2,
  }),
  lineBreak: fc.constantFrom("\n", "\r\n", "\r"),
  header: fc.boolean(),
  ended: fc.boolean(),
  rows: fc.integer({ min: 1, max: 3 }).chain((width) =>
    fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 4 })
  ),
});
const quoted = (text: string) => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

Deno.test("csv: whatever a file begins with, all of its rows arrive", async () => {
  await using stage = await openSession();
  const path = `${stage.folder}/t.csv`;
  await fc.assert(
    fc.asyncProperty(file, async ({ mark, above, lineBreak, header, ended, rows }) => {
      const before = above.map(([text, end]) => text + end).join("").replace(/\r$/, "\r\n"); // no "\r" that "\n" may follow
      const skip = before.match(/\r\n|\n|\r/g)?.length ?? 0;
      const lines = rows.map((row) => row.map(quoted).join(",")).join(lineBreak);
      await Deno.writeTextFile(path, (mark ? "\ufeff" : "") + before + lines + (ended ? lineBreak : ""));
      const options = { skip, header, delimiter: "," };
      const { scan } = await resolveFiles(stage.session, {
        batch: { kind: "files", format: "csv", paths: [path], names: ["t.csv"], options },
        declared: new Map(),
        guess: "all rows",
        tempDir: stage.folder,
        log: { debug() {}, info() {}, warn() {} },
      });
      const found = await stage.session.all(scan.query);
      const names = columnAliases(scan.schema);
      const wanted = rows.slice(Number(header));
      assert.deepEqual(found.map((row) => names.map((name) => String(row[name]))), wanted);
    }),
    runs(100),
  );
});
