import assert from "node:assert/strict";
import { openBench } from "../load.ts";

const million = Array.from({ length: 1_000_000 }, (_, index) => `column_${index}`);

const FILES: Readonly<Record<string, () => string>> = {
  "header.csv": () => `${million}\n${million.map((_, index) => index)}\n`,
  "commas.csv": () => `a${",".repeat(1_000_000)}\n`,
  "one_line.csv": () => `${million.slice(0, 10_001)}`,
  "tabs.tsv": () => million.join("\t"),
  "record.ndjson": () => `{"a":1}\n{${million.map((_, index) => `"k${index}":1`)}}\n`,
  "records.ndjson": () => million.slice(0, 200_000).map((name) => `{"${name}":1}\n`).join(""),
  "array.json": () => `[{${million.slice(0, 10_001).map((name) => `"${name}":1`)}}]`,
};

for (const [name, content] of Object.entries(FILES)) {
  Deno.test(`a file of more columns than are read is refused with the limit: ${name}`, async () => {
    await using bench = await openBench({ [name]: content() });
    const { error } = await bench.load(name, { memory: 1e9 });
    assert.deepEqual([error?.code, error?.path], ["file.too_wide", name]);
    assert.match(error?.message ?? "", /10000 columns/);
  });
}
