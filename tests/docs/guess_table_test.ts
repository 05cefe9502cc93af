import assert from "node:assert/strict";
import { inFolder, runScript } from "./dteg_command.ts";
import { readPages } from "./markdown_pages.ts";

/** A row of the table "What is guessed": values of one column, and its type. */
interface GuessRow {
  readonly values: readonly string[];
  readonly type: string;
}

async function guessTable(): Promise<readonly GuessRow[]> {
  const page = (await readPages()).find(({ path }) => path === "docs/files.md");
  const section = /### What is guessed\n(.*?)\n##/s.exec(page?.text ?? "")?.[1] ?? "";
  return [...section.matchAll(/^\| (`.*`) \| ([\w(),]+) \|$/gm)].map(([, values, type]) => ({
    values: [...values.matchAll(/`([^`]*)`/g)].map(([, value]) => value),
    type,
  }));
}

Deno.test("docs/files.md tells what is guessed as it is", () =>
  inFolder(async (folder) => {
    const rows = await guessTable();
    assert.ok(rows.length >= 12, `${rows.length} rows`);
    const height = Math.max(...rows.map(({ values }) => values.length));
    const line = (at: number) => rows.map(({ values }) => `"${values[at % values.length]}"`).join(";");
    const csv = [rows.map((_, index) => `c${index}`).join(";"), ...Array.from({ length: height }, (_, at) => line(at))];
    await Deno.writeTextFile(`${folder}/guess.csv`, `${csv.join("\n")}\n`);
    const { code, stdout, stderr } = await runScript("dteg preview guess.csv --json", { folder });
    assert.equal(code, 0, stderr);
    const { columns } = JSON.parse(stdout).result.streams[0] as { columns: { name: string; type: string }[] };
    assert.deepEqual(
      columns.map(({ type }, index) => `${rows[index].values.join(" ")}: ${type}`),
      rows.map(({ values, type }) => `${values.join(" ")}: ${type}`),
    );
  }));
