import { deepEqual, equal } from "node:assert/strict";
import { type Bench, type LoadOptions, openBench, readBack } from "../load.ts";

/** More than a thread reads at a time. */
const SIZE = 9_000_000;

interface Texts {
  readonly csv: string;
  readonly texts: readonly string[];
}

/** A file with one text a row, all in quotes. */
function fileOf(text: (row: number) => string): Texts {
  const lines = ["id,t"];
  const texts: string[] = [];
  for (let size = 0; size < SIZE;) {
    const value = text(texts.length);
    const line = `${texts.length},"${value.replaceAll('"', '""')}"`;
    texts.push(value);
    lines.push(line);
    size += line.length;
  }
  return { csv: `${lines.join("\n")}\n`, texts };
}

async function loaded(bench: Bench): Promise<readonly (readonly (string | null)[])[]> {
  return (await readBack("m.t", [`ATTACH '${bench.folder}/out.duckdb' AS m (READ_ONLY)`])).rows;
}

const CASES: Readonly<Record<string, (row: number) => string>> = {
  "lines that look like rows": (row) => `${"7,foo\n".repeat(row % 300 + 1)}8,bar`,
  "rows inside out: what is in quotes is a file, and what is not is its quotes": () => `\n${"1,a\n2,b\n".repeat(20)}7,`,
  "quotes, commas and line breaks in any order": (row) => {
    const pieces = ["a", "b,", "\n", '",\n"', '"', '"\n', '\n1,"x"\n', '"\n7,"g', ',"'];
    return Array.from({ length: row % 50 + 1 }, (_, at) => pieces[(row * 7919 + at * at * 31) % pieces.length]).join(
      "",
    );
  },
};

for (const [name, text] of Object.entries(CASES)) {
  Deno.test(`a large CSV is read exactly with ${name}`, async () => {
    const { csv, texts } = fileOf(text);
    await using bench = await openBench({ "in.csv": csv });
    const declared: readonly LoadOptions["columns"][] = [{}, { id: { type: "bigint" } }];
    for (const columns of declared) {
      const { error } = await bench.load("in.csv", { columns });
      equal(error, undefined);
      deepEqual(await loaded(bench), texts.map((value, row) => [String(row), value]));
    }
  });
}

Deno.test("a value at fault in a large CSV is told with its line, whatever its quotes hold", async () => {
  const { csv } = fileOf(CASES["lines that look like rows"]);
  await using bench = await openBench({ "in.csv": `${csv}x,last\n` });
  const { error } = await bench.load("in.csv", { columns: { id: { type: "bigint" } } });
  deepEqual({ code: error?.code, line: error?.line, column: error?.column }, {
    code: "data.value",
    line: csv.split("\n").length,
    column: "id",
  });
});
