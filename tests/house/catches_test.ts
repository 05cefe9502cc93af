import assert from "node:assert/strict";
import { codeFaults } from "./code.ts";
import { cycleFaults, directionFaults, modFaults, packageFaults } from "./imports.ts";
import { folderFaults, nameFaults, sizeFaults, wholeFaults } from "./layout.ts";
import { type Fault, print, type Source } from "./source.ts";

/** Sources from lines `path: text`. */
function files(...all: readonly string[]): readonly Source[] {
  return all.map((line) => ({ path: line.slice(0, line.indexOf(": ")), text: line.slice(line.indexOf(": ") + 2) }));
}

/** Place and fault without the mend. */
function said(faults: readonly Fault[]): readonly string[] {
  return faults.map((fault) => print(fault).split(". Mend: ")[0]);
}

Deno.test("a room must not import to its right, not even a type, nor lazily", () => {
  const faults = directionFaults(files(
    `runtime/net/a.ts: import type { B } from "../config/b.ts";`,
    `runtime/config/b.ts: import { a } from "../net/a.ts";\nconst c = () => import("../engine/move/c.ts");`,
    `runtime/store/d.ts: type E = typeof import("../commands/e.ts");`,
    `runtime/engine/f.ts: export * from "../commands/e.ts";\nimport { x } from "../../plugins/x.ts";`,
    `main.ts: import { e } from "./runtime/commands/e.ts";`,
  ));
  const order = "(sdk < net < config < store < host < engine < schedule < govern < market < api < commands)";
  assert.deepEqual(said(faults), [
    `runtime/net/a.ts:1: imports runtime/config/b.ts; config is not left of net ${order}`,
    `runtime/config/b.ts:2: imports runtime/engine/move/c.ts; engine is not left of config ${order}`,
    `runtime/store/d.ts:1: imports runtime/commands/e.ts; commands is not left of store ${order}`,
    `runtime/engine/f.ts:1: imports runtime/commands/e.ts; commands is not left of engine ${order}`,
    `runtime/engine/f.ts:2: imports plugins/x.ts; plugins is not left of engine ${order}`,
  ]);
});

Deno.test("sdk/ imports nothing of ours, a plugin only sdk/ and itself, ui/ only types of the API", () => {
  const faults = directionFaults(files(
    `sdk/a.ts: import { b } from "./b.ts";\nimport { c } from "../runtime/net/c.ts";`,
    `plugins/file/a.ts: import { b } from "./b.ts";\nimport { d } from "../duckdb.ts";\nimport { s } from "../../sdk/mod.ts";`,
    `plugins/duckdb.ts: import { c } from "../runtime/net/c.ts";`,
    `ui/a.ts: import type { Api } from "../runtime/api/mod.ts";\nimport { api } from "../runtime/api/mod.ts";`,
    `tests/net/c_test.ts: import { c } from "../../runtime/net/c.ts";`,
  ));
  assert.deepEqual(said(faults), [
    "sdk/a.ts:2: imports runtime/net/c.ts; sdk/ imports nothing of ours",
    "plugins/file/a.ts:2: imports plugins/duckdb.ts; a plugin imports only sdk/",
    "plugins/duckdb.ts:1: imports runtime/net/c.ts; a plugin imports only sdk/",
    "ui/a.ts:2: imports runtime/api/mod.ts; ui/ imports only the types of runtime/api",
  ]);
});

Deno.test("a room that the house does not have is named", () => {
  const faults = directionFaults(files(`runtime/cellar/a.ts: import { b } from "./b.ts";`));
  assert.deepEqual(said(faults), ["runtime/cellar/a.ts:1: imports runtime/cellar/b.ts; runtime/cellar is no room"]);
});

Deno.test("a ring of imports that run is shown as a path; types and lazy imports close none", () => {
  const faults = cycleFaults(files(
    `sdk/a.ts: import { b } from "./b.ts";`,
    `sdk/b.ts: import { c } from "./c.ts";`,
    `sdk/c.ts: import { a } from "./a.ts";`,
    `sdk/d.ts: import { c } from "./c.ts";\nimport { e } from "./e.ts";`,
    `sdk/e.ts: import type { D } from "./d.ts";\nimport { type D } from "./d.ts";\nconst d = () => import("./d.ts");`,
  ));
  assert.deepEqual(said(faults), ["sdk/a.ts: is in a ring of imports: sdk/a.ts > sdk/b.ts > sdk/c.ts > sdk/a.ts"]);
});

Deno.test("a package of tests in the binary is named", () => {
  const faults = packageFaults(files(
    `runtime/net/a.ts: import ts from "typescript";\nimport { parse } from "yaml";`,
    `deploy/binary/b.ts: import * as esbuild from "esbuild";`,
  ));
  assert.deepEqual(said(faults), ["runtime/net/a.ts:1: imports typescript, which is no part of the binary"]);
});

Deno.test("a mod.ts without a reader outside is named", () => {
  const faults = modFaults(files(
    `sdk/mod.ts: export * from "./a.ts";`,
    `runtime/net/mod.ts: export * from "./a.ts";`,
    `runtime/net/b.ts: import { a } from "./mod.ts";\nimport { s } from "../../sdk/mod.ts";`,
  ));
  assert.deepEqual(said(faults), ["runtime/net/mod.ts: nobody outside of its folder imports it"]);
});

Deno.test("a file over 400 lines is named, tests and docs are not", () => {
  const long = "x\n".repeat(401);
  const short = Array.from({ length: 20 }, (_, i) => `sdk/s${i}.ts: x`);
  const faults = sizeFaults(files(`sdk/long.ts: ${long}`, `tests/long.ts: ${long}`, `docs/long.ts: ${long}`, ...short));
  assert.deepEqual(said(faults), ["sdk/long.ts: 401 lines, at most 400"]);
});

Deno.test("too many files of middle length are seen", () => {
  const of = (lines: number, count: number) =>
    Array.from({ length: count }, (_, i) => `sdk/l${lines}_${i}.ts: ${"x\n".repeat(lines)}`);
  assert.deepEqual(said(sizeFaults(files(...of(90, 5), ...of(150, 4), ...of(310, 1)))), []);
  assert.deepEqual(said(sizeFaults(files(...of(90, 4), ...of(150, 6)))), [
    "sdk/l150_0.ts: half of all files should have at most 100 lines, this one in its place has 150",
  ]);
  assert.deepEqual(said(sizeFaults(files(...of(90, 8), ...of(310, 2)))), [
    "sdk/l310_0.ts: 9 in 10 of all files should have at most 300 lines, this one in its place has 310",
  ]);
});

Deno.test("task, main.ts and sdk/ have sizes of their own", () => {
  const faults = wholeFaults(files(
    `task: ${"x\n".repeat(60)}`,
    `main.ts: ${"x\n".repeat(99)}`,
    `sdk/a.ts: ${"x\n".repeat(600)}`,
    `sdk/b.ts: ${"x\n".repeat(400)}`,
  ));
  assert.deepEqual(said(faults), ["task: 60 lines, wanted less than 60", "sdk/: 1000 lines, wanted less than 1000"]);
});

Deno.test("a folder of 15 files, and one three deep, are named", () => {
  const many = Array.from({ length: 15 }, (_, i) => `runtime/net/f${i}.ts: x`);
  assert.deepEqual(said(folderFaults(files(...many, "runtime/engine/move/fast/a.ts: x"))), [
    "runtime/net: 15 files, at most 14",
    "runtime/engine/move/fast: 3 folders deep, at most 2",
  ]);
});

Deno.test("names that are not snake_case or say nothing are named", () => {
  const faults = nameFaults(files(
    "sdk/goodName.ts: x",
    "sdk/utils.ts: x",
    "runtime/helpers/a.ts: x",
    "sdk/base_thing.ts: x",
    "sdk/a_good_name2.ts: x",
    "tests/sdk/a_good_name2_test.ts: x",
  ));
  assert.deepEqual(said(faults), [
    'sdk/goodName.ts: "goodName" is not snake_case',
    'sdk/utils.ts: "utils" says nothing',
    'runtime/helpers/a.ts: "helpers" says nothing',
    'sdk/base_thing.ts: "base_thing" says nothing',
  ]);
});

const code = (...all: readonly string[]) => said(codeFaults(files(...all)));

Deno.test("`any`, double casts, inheritance and put-off work are named, in tests too", () => {
  const put = "TO" + "DO";
  assert.deepEqual(
    code(
      `runtime/net/a.ts: const a: any = 1;\nconst b = a as unknown as string;\nconst c = a as string;`,
      `runtime/net/b.ts: import { A } from "./a.ts";\nimport { T } from "x";\nclass B extends A {}\nclass C extends Error {}\n` +
        `class D extends T {}\ninterface E extends A {}`,
      `tests/net/c_test.ts: // ${put}: later\nconst text = "any";`,
    ),
    [
      "runtime/net/a.ts:1: `any`",
      "runtime/net/a.ts:2: `as unknown as`",
      "runtime/net/b.ts:3: inherits from A",
      `tests/net/c_test.ts:2: \`${put}\` in a comment`,
    ],
  );
});

Deno.test("what runs on import is named, outside of main.ts and of scripts behind their guard", () => {
  assert.deepEqual(
    code(
      `runtime/net/a.ts: start();\nconst a = await b();\nif (c) d();\nconst e = Deno.readTextFileSync("f");`,
      `runtime/net/b.ts: const a = () => Deno.cwd();\nconst b = new Map([[1, 2]]);\nexport const c = row("x");\n` +
        `async function d() { await e(); }`,
      `runtime/net/c.ts: if (import.meta.main) start();`,
      `deploy/d.ts: if (import.meta.main) await start();`,
      `tests/e_test.ts: Deno.test("x", () => {});`,
      `main.ts: await start();`,
    ),
    [
      "runtime/net/a.ts:1: runs on import",
      "runtime/net/a.ts:2: runs on import",
      "runtime/net/a.ts:3: runs on import",
      "runtime/net/a.ts:4: calls Deno.readTextFileSync on import",
      "runtime/net/c.ts:1: runs on import",
    ],
  );
});

Deno.test("exports of sdk/ without JSDoc are named", () => {
  assert.deepEqual(
    code(
      `sdk/a.ts: export const a = 1;\n/** b */\nexport interface B {}\nexport type C = 1;\nexport * from "./b.ts";\nconst d = 1;`,
      `runtime/net/a.ts: export const a = 1;`,
    ),
    ["sdk/a.ts:1: exports a without JSDoc", "sdk/a.ts:4: exports C without JSDoc"],
  );
});

Deno.test("exported functions that are hard to call are named", () => {
  assert.deepEqual(
    code(
      `runtime/net/a.ts: export function a(x: string, y: boolean) {}\n` +
        `export const b = (x: string, y = true) => {};\n` +
        `export function c(x: string, y: number, z: string) {}\n` +
        `export function d(x: string, y: number, { z = true }: { z?: boolean }) {}\n` +
        `export function e(x: string, y: number, z: Options, w: string) {}\n` +
        `export class F { constructor(a: string, b: string, c: number) {} g(on: boolean) {} }\n` +
        `function own(a: string, b: string, c: string, d: boolean) {}`,
    ),
    [
      "runtime/net/a.ts:1: a takes a boolean by position",
      "runtime/net/a.ts:2: b takes a boolean by position",
      "runtime/net/a.ts:3: c takes 3 arguments",
      "runtime/net/a.ts:5: e takes 4 arguments",
      "runtime/net/a.ts:6: new F takes 3 arguments",
      "runtime/net/a.ts:6: F.g takes a boolean by position",
    ],
  );
});
