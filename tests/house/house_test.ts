import assert from "node:assert/strict";
import { codeFaults } from "./code.ts";
import { cycleFaults, directionFaults, modFaults, packageFaults } from "./imports.ts";
import { folderFaults, nameFaults, sizeFaults, wholeFaults } from "./layout.ts";
import { type Fault, print, readSources } from "./source.ts";

const root = new URL("../../", import.meta.url).pathname;
const sources = readSources(root);

async function none(faults: Promise<readonly Fault[]>): Promise<void> {
  assert.deepEqual((await faults).map(print), []);
}

Deno.test("imports go one way through the rooms", () => none(sources.then(directionFaults)));
Deno.test("no files need each other to load", () => none(sources.then(cycleFaults)));
Deno.test("packages of tests and tools stay out of the binary", () => none(sources.then(packageFaults)));
Deno.test("mod.ts is where a folder has readers outside", () => none(sources.then(modFaults)));
Deno.test("files are short", () => none(sources.then(sizeFaults)));
Deno.test("folders are small and not deep", () => none(sources.then(folderFaults)));
Deno.test("names are snake_case and say something", () => none(sources.then(nameFaults)));
Deno.test("code is typed, documented, easy to call, and does nothing on import", () => none(sources.then(codeFaults)));
Deno.test("task, main.ts and sdk/ stay small", async () => {
  const task = { path: "task", text: await Deno.readTextFile(`${root}task`) };
  await none(sources.then((all) => wholeFaults([...all, task])));
});
