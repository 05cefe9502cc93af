import assert from "node:assert/strict";
import { DtegError } from "../../../sdk/mod.ts";
import { loadRows, openBench, testCases } from "../load.ts";

const many = (line: string) => line.repeat(40_000);
const bigint = { columns: { v: { type: "bigint" } } };

testCases("csv", {
  "a short row is refused with its line": {
    content: "id,v,w\n1,a,b\n2,c\n3,d,e\n",
    wanted: { code: "csv.row_width", line: 3 },
  },
  "a long row is refused with its line": {
    content: "id,v\n1,a\n2,b,EXTRA\n",
    wanted: { code: "csv.row_width", line: 3 },
  },
  "a long row far down is refused with its line, line breaks in quotes counted": {
    content: `id,v\r\n${many('1,"a\r\nb"\r\n')}1,a,b\r\n`,
    wanted: { code: "csv.row_width", line: 80_002 },
  },
  "skipped lines count in a line number": {
    content: "# x\nid,v\n1,a\n1,a,b\n",
    options: { settings: { skip: 1 } },
    wanted: { code: "csv.row_width", line: 4 },
  },
  "a quote that is never closed is refused where it opens": {
    content: `id,v\n${many("1,a\n")}2,"open\n${many("3,c\n")}`,
    wanted: { code: "csv.quote", line: 40_002 },
  },
  "a null text that holds the escape is refused, and says which of the two": {
    content: "id,v\n1,\\N\n",
    options: { settings: { escape: "\\", null: "\\N" } },
    wanted: { code: "connector.config" },
  },
  "text after a closing quote is refused": { content: 'id,v\n1,"a"b\n', wanted: { code: "csv.quote", line: 2 } },
  "a quoted text behind a quoted text is refused": {
    content: 'id,v\n1,"x\ny"\n2,"a" "b"\n',
    wanted: { code: "csv.quote", line: 4 },
  },
  "a line that ends in another way is refused": {
    content: `id,v\n${many("1,a\n")}2,b\r\n3,c\n`,
    wanted: { code: "csv.invalid", line: 40_002 },
  },
  "a value that its declared type does not hold is refused with line and column": {
    content: '# x\nid,v,w\n1,7,"a\nb"\n\n2,x,c\n',
    options: { ...bigint, settings: { skip: 1 } },
    wanted: { code: "data.value", line: 6, column: "v" },
  },
  "bytes that are no UTF-8 are refused with their line": {
    content: new TextEncoder().encode(`id,v\n${many("1,abcdefgh\n")}2,caf!\n`).map((byte) => byte === 33 ? 0xe9 : byte),
    wanted: { code: "file.encoding", line: 40_002 },
  },
  "UTF-16 that is cut off is refused": {
    content: new Uint8Array([0xff, 0xfe, 105, 0, 10, 0, 49]),
    wanted: { code: "file.encoding" },
  },
  "an empty file is refused": { content: "", wanted: { code: "file.empty" } },
  "blank lines alone are refused": { content: "\n\n", wanted: { code: "file.empty" } },
  "more skipped lines than there are is refused": {
    content: "id,v\n1,a\n",
    options: { settings: { skip: 5 } },
    wanted: { code: "file.empty" },
  },
  "a delimiter that is the quote is refused": {
    content: "id,v\n",
    options: { settings: { delimiter: '"' } },
    wanted: { code: "connector.config" },
  },
  "a name with NUL is refused": { content: "id,a\0b\n1,2\n", wanted: { code: "csv.invalid" } },
});

Deno.test("csv: an error shows no more than the beginning of a value", async () => {
  const error = await loadRows("in.csv", `id,v\n1,${"x".repeat(1e6)}\n`, bigint);
  assert.ok(error instanceof DtegError);
  assert.equal(error.message, `column "v" holds "${"x".repeat(200)}", which is no bigint`);
});

Deno.test("csv: the file at fault is the one that is named", async () => {
  await using bench = await openBench({ "in/a.csv": "id,v\n1,1\n", "in/b.csv": "v,id\n2,2\nx,3\n" });
  const { error } = await bench.load("in/*.csv", bigint);
  assert.deepEqual([error?.code, error?.path, error?.line], ["data.value", "in/b.csv", 3]);
  await bench.write("in/b.csv", "v,id\n2,2\n3\n");
  const { error: short } = await bench.load("in/*.csv");
  assert.deepEqual([short?.code, short?.path, short?.line], ["csv.row_width", "in/b.csv", 3]);
});

Deno.test("csv: files that share no column are no stream", async () => {
  await using bench = await openBench({ "in/a.csv": "id,v\n1,1\n", "in/b.csv": "2,x\n3,y\n" });
  const { error } = await bench.load("in/*.csv");
  assert.deepEqual([error?.code, error?.path], ["csv.invalid", "in/b.csv"]);
});

Deno.test("csv: what was taken for granted is told", async () => {
  await using bench = await openBench({ "a.csv": "1,x\n2,y\n", "b.csv": 'id,v\n1, "x"\n' });
  const { report: first } = await bench.load("a.csv");
  const { report: second } = await bench.load("b.csv");
  assert.deepEqual(first?.warnings, [
    "a.csv has no header, as it seems: its first line is a row (`header: true` if it is none)",
  ]);
  assert.deepEqual(second?.warnings, ["b.csv has blanks around quoted fields: they are left out"]);
});
