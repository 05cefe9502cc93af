import assert from "node:assert/strict";
import { join } from "node:path";
import { stalePages } from "../../docs/generate.ts";
import { ERROR_HELP } from "../../runtime/commands/project/error_help.ts";
import { ERROR_CODES, type ErrorCode } from "../../sdk/mod.ts";
import { runLine } from "./fake_platform.ts";

const ROOT = join(import.meta.dirname!, "../..");
const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* sources(path);
    else if (/\.ts$/.test(name) && name !== "error_codes.ts" && name !== "error_help.ts") {
      yield await Deno.readTextFile(path);
    }
  }
}

async function allSource(): Promise<string> {
  const texts = [await Deno.readTextFile(join(ROOT, "main.ts"))];
  for (const folder of ["sdk", "runtime", "plugins"]) {
    for await (const text of sources(join(ROOT, folder))) texts.push(text);
  }
  return texts.join("\n");
}

Deno.test("every error code is thrown somewhere; a row that is not is to be deleted", async () => {
  const source = await allSource();
  assert.deepEqual(CODES.filter((code) => !source.includes(`"${code}"`)), []);
});

Deno.test("every error code is `area.what`, and says when and what to do in a sentence", () => {
  for (const code of CODES) {
    const { when, mend } = ERROR_HELP[code];
    assert.match(code, /^(usage|cancelled|internal|[a-z]+\.[a-z_]+)$/);
    for (const text of [when, mend]) assert.match(text, /^\S.*[.]$/s, code);
  }
});

Deno.test("`dteg help CODE` explains every error code", async () => {
  for (const code of CODES) {
    const { exit, out } = await runLine(["help", code]);
    assert.equal(exit, 0);
    assert.ok(out.includes(ERROR_HELP[code].when) && out.includes(ERROR_HELP[code].mend), code);
  }
});

Deno.test("the pages that are made from data are as their data", async () => {
  assert.deepEqual(await stalePages({ write: false }), []);
});
