import assert from "node:assert/strict";
import fc from "fast-check";
import { copyFromFirstRow } from "../../../runtime/engine/csv/csv_beginning.ts";
import { readCsv } from "../../../runtime/engine/csv/csv_call.ts";
import { findLayout } from "../../../runtime/engine/csv/csv_dialect.ts";
import { placesOf } from "../../../runtime/engine/csv/csv_places.ts";
import { parseRecords } from "../../../runtime/engine/csv/csv_scan.ts";
import type { FilesBatch } from "../../../sdk/mod.ts";
import { openSession, runs } from "../stage_session.ts";

const DIALECT = { delimiter: ",", quote: '"', escape: '"' };
const texts = (text: string, dialect = DIALECT) =>
  parseRecords(text, dialect).map(({ fields }) => fields.map((field) => field.text));

Deno.test("records are split where the reader splits them", () => {
  assert.deepEqual(texts('a,"b ""c"", d"\n,\n"l1\r\nl2",x\r\ny,'), [
    ["a", 'b "c", d'],
    ["", ""],
    ["l1\r\nl2", "x"],
    ["y", ""],
  ]);
});

Deno.test("one blank before a quote, and blanks behind it, are no part of a field", () => {
  assert.deepEqual(texts('a, "b"  ,  "c"\n'), [["a", "b", '  "c"']]);
});

Deno.test("an escape that is no quote takes the next character as it is", () => {
  assert.deepEqual(texts('"a\\"b","c\\\\",\\n\n', { ...DIALECT, escape: "\\" }), [['a"b', "c\\", "\\n"]]);
});

Deno.test("a record without its end counts only at the end of a file", () => {
  assert.deepEqual(parseRecords("a,b\nc,d", DIALECT, { whole: false }).length, 1);
  assert.deepEqual(parseRecords('a,b\n"c,d', DIALECT, { whole: true }).length, 1);
});

const piece = fc.constantFrom("a", "é", "😀", '"', '""', ",", "\n", "\r\n", " ", "1", "");
const field = fc.array(piece, { maxLength: 5 }).map((parts) => parts.join(""));
const table = fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 5 });
const quoted = (text: string) => /[",\r\n ]/.test(text) || text === "" ? `"${text.replaceAll('"', '""')}"` : text;

Deno.test("our own walk, our own records and DuckDB see the same rows", async () => {
  await using stage = await openSession();
  const path = `${stage.folder}/t.csv`;
  const batch: FilesBatch = {
    kind: "files",
    format: "csv",
    paths: [path],
    names: ["t.csv"],
    options: { header: false },
  };
  await fc.assert(
    fc.asyncProperty(table, async (rows) => {
      const content = rows.map((row) => `${row.map(quoted).join(",")}\n`).join("");
      await Deno.writeTextFile(path, content);
      const layout = await findLayout({ path, name: "t.csv" }, { ...batch.options, delimiter: "," });
      const read = layout.beginning ? await copyFromFirstRow(path, layout, { tempDir: stage.folder }) : path;
      const seen = await stage.session.all(`FROM ${readCsv({ layout, paths: [read] }, batch)}`);
      assert.deepEqual(seen.map(({ c0, c1 }) => [c0, c1]), rows);
      assert.deepEqual(texts(content), rows);
      const places = await Array.fromAsync(placesOf(path, { ...layout, beginning: undefined }));
      let line = 1;
      const wanted = rows.map((row, index) => {
        const place = { record: index + 1, line, fields: 2 };
        line += 1 + row.join("").split("\n").length - 1;
        return place;
      });
      assert.deepEqual(places.map(({ record, line, fields }) => ({ record, line, fields })), wanted);
    }),
    runs(60),
  );
});

const loose = fc.array(fc.constantFrom("a", '"', ",", "\n", " ", '""', '"a"'), { maxLength: 12 }).map((parts) =>
  `x,y\n${parts.join("")}\n`
);

Deno.test("what DuckDB takes of any text, our own records are too", async () => {
  await using stage = await openSession();
  const path = `${stage.folder}/t.csv`;
  const batch: FilesBatch = {
    kind: "files",
    format: "csv",
    paths: [path],
    names: ["t.csv"],
    options: { header: false },
  };
  await fc.assert(
    fc.asyncProperty(loose, async (content) => {
      await Deno.writeTextFile(path, content);
      const reading = findLayout({ path, name: "t.csv" }, { ...batch.options, delimiter: "," })
        .then((layout) => stage.session.all(`FROM ${readCsv({ layout, paths: [path] }, batch)}`));
      const seen = await reading.catch(() => undefined);
      if (seen === undefined) return; // refused, and so no row of it is loaded
      const ours = parseRecords(content, DIALECT).map(({ fields }) => fields).filter((fields) =>
        fields.length > 1 || fields[0].text !== ""
      );
      const shown = ours.map((fields) =>
        fields.slice(0, 2).map(({ text, quoted }) => text === "" && !quoted ? null : text)
      );
      assert.deepEqual(seen.map(({ c0, c1 }) => [c0, c1]), shown);
    }),
    runs(60),
  );
});
