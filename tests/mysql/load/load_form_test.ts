import assert from "node:assert/strict";
import { type FieldForm, loadForm } from "../../../plugins/mysql/load/load_form.ts";
import { randomOf } from "../../harness/random.ts";

const FORMS: readonly FieldForm[] = ["as it is", "bool", "instant", "float32", "as it is"];

/** What comes out of pieces of these lengths. */
async function formed(csv: string, forms: readonly FieldForm[], nextLength: () => number): Promise<string> {
  const bytes = new TextEncoder().encode(csv);
  let at = 0;
  const pieces = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const length = nextLength();
      controller.enqueue(bytes.slice(at, at + length));
      at += length;
    },
  });
  return await new Response(pieces.pipeThrough(loadForm(forms))).text();
}

const TEXTS = [
  "",
  "NULL",
  "null",
  "a",
  'say "x", y',
  "two\nlines",
  "\r\n",
  "é😀",
  "\\N",
  "\\",
  " ",
  "NULLs",
  "x".repeat(70),
];
const WORDS: Readonly<Record<FieldForm, readonly (readonly [text: string, loaded: string])[]>> = {
  "as it is": TEXTS.map((text) => [text, text]),
  bool: [["true", "1"], ["false", "0"]],
  instant: [["2024-01-01T00:00:00.000001Z", "2024-01-01T00:00:00.000001"], [
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00",
  ]],
  float32: [
    ["0.1", "0.1"],
    ["3.4028235e+38", "3.4028234663852886e+38"],
    ["-3.4028235e+38", "-3.4028234663852886e+38"],
    ["1e-45", "1e-45"],
  ],
};

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const needsQuotes = (text: string) => text === "" || /[",\r\n]/.test(text);

Deno.test("the text form of CSV becomes what LOAD DATA reads, wherever its pieces are cut", async () => {
  const seed = Math.floor(Math.random() * 1e9), random = randomOf(seed);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)];
  const rows = Array.from({ length: 400 }, () =>
    FORMS.map((form) => {
      if (random() < 0.15) return { csv: "", loaded: "NULL" };
      const [text, loaded] = pick(WORDS[form]);
      const isQuoted = needsQuotes(text) || random() < 0.2;
      if (form !== "as it is") return { csv: isQuoted ? quoted(text) : text, loaded };
      return isQuoted
        ? { csv: quoted(text), loaded: quoted(loaded) }
        : { csv: text, loaded: loaded === "NULL" ? '"NULL"' : loaded };
    }));
  const lines = (part: "csv" | "loaded") =>
    rows.map((row) => `${row.map((field) => field[part]).join(",")}\n`).join("");
  for (const longest of [1, 2, 7, 64, 1000, 1e6]) {
    const found = await formed(lines("csv"), FORMS, () => 1 + Math.floor(random() * longest));
    assert.equal(found, lines("loaded"), `seed ${seed}, pieces of up to ${longest} bytes`);
  }
});

Deno.test("an only column: an empty line is NULL, and quotes stay where a text needs them", async () => {
  const csv = '\n""\nNULL\n"NULL"\n"a\n\nb"\n', loaded = 'NULL\n""\n"NULL"\n"NULL"\n"a\n\nb"\n';
  for (const length of [1, 3, 100]) assert.equal(await formed(csv, ["as it is"], () => length), loaded);
});
