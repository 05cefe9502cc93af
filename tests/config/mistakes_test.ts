import { equal } from "node:assert/strict";
import { DtegError } from "../../sdk/mod.ts";
import { lintPipeline } from "../../runtime/config/mod.ts";
import { inFolder, options } from "./fake_connectors.ts";

const HEAD = "version: 1\nname: x\nsource: { use: duckdb, config: { url: duckdb://s.db } }\n";
const TAIL = "destination: { use: duckdb, config: { url: duckdb://x.db } }\n";
const GOLDEN = new URL("mistakes.golden.txt", import.meta.url);
const BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" +
  [..."bcdefghij"].map((c, at) => `${c}: &${c} [${Array(9).fill(`*${"abcdefghi"[at]}`).join(",")}]\n`).join("");

/** The mistakes of real life, each with the text that has it. */
const MISTAKES: Readonly<Record<string, string>> = {
  "a bracket that is not closed": `${HEAD}streams: [ { name: a\n${TAIL}`,
  "a tab": `${HEAD}streams:\n\t- name: a\n${TAIL}`,
  "a mistyped key": `${HEAD}streams:\n  - name: a\n    wirte: merge\n${TAIL}`,
  "a word that is no choice": `${HEAD}streams:\n  - name: a\n    write: upsert\n${TAIL}`,
  "a value of another kind": `${HEAD}streams:\n  - name: a\n    key: { a: 1 }\n${TAIL}`,
  "a variable that is not set": `${HEAD}streams:\n  - name: a\n    into: raw.\${env.KIT_NOT_SET}\n${TAIL}`,
  "a template in braces without quotes": `${HEAD}streams:\n  - { name: a, into: \${env.X} }\n${TAIL}`,
  "no source": `version: 1\nname: x\nstreams: [ { name: a } ]\n${TAIL}`,
  "a key twice": `${HEAD}streams:\n  - name: a\n    write: append\n    write: merge\n    key: [id]\n${TAIL}`,
  "a version of the future": `${HEAD.replace("1", "99")}streams: [ a ]\n${TAIL}`,
  "merge without a key": `${HEAD}streams:\n  - name: a\n    write: merge\n${TAIL}`,
  "a duration that is none": `${HEAD}streams:\n  - name: a\n    cursor: u\n    lag: 10 parsecs\n${TAIL}`,
  "a cron line that is none": `${HEAD}streams: [ { name: a } ]\n${TAIL}schedule: { cron: "61 * * * *" }\n`,
  "a key that a later version has": `${HEAD}streams: [ { name: a } ]\n${TAIL}models:\n  - { name: b }\n`,
  "aliases without end": BOMB,
  "a setting that the connector does not have": HEAD.replace("url: duckdb://s.db", "url: duckdb://s.db, pth: x") +
    `streams: [a]\n${TAIL}`,
  "a connector that nobody has": HEAD.replace("use: duckdb", "use: dukcdb") + `streams: [a]\n${TAIL}`,
  "a connector that a later version has": `version: 1\nsource: snowflake://me:geheim@h/db\nstreams: [a]\n${TAIL}`,
  "a connection that is not declared": `version: 1\nsource: { connection: shop_bd }\nstreams: [a]\n${TAIL}`,
  "a number where a name is wanted": `${HEAD}streams:\n  - name: a\n    into: 2024\n${TAIL}`,
  "an unknown type, and a column both dropped and renamed":
    `${HEAD}streams:\n  - name: a\n    columns:\n      b: { type: bigimt }\n      c: { drop: true, as: d }\n${TAIL}`,
  "a password in the line of the fault":
    `version: 1\nsource: { use: server, config: { url: "server://me:geheim@h:99999/d" } }\nstreams: [a]\n${TAIL}`,
  "too little memory": `${HEAD}streams: [a]\n${TAIL}settings: { threads: many, max_memory: 64MB }\n`,
  "an empty file": "",
};

Deno.test("each mistake in a file is told so that a person can mend it", async () => {
  const told: string[] = [];
  const connections = "version: 1\n";
  for (const [name, text] of Object.entries(MISTAKES)) {
    await inFolder({ "bad.yaml": text, "dteg.yaml": connections }, async (folder) => {
      told.push(`## ${name}\n${await lint(folder)}`);
    });
  }
  const text = `${told.join("\n\n")}\n`;
  if (Deno.env.get("GOLDEN") === "write") await Deno.writeTextFile(GOLDEN, text);
  equal(text, await Deno.readTextFile(GOLDEN));
});

async function lint(folder: string): Promise<string> {
  try {
    await lintPipeline("bad.yaml", options(folder));
    return "no fault";
  } catch (error) {
    if (!(error instanceof DtegError)) throw error;
    return [error, ...error.others].map(show).join("\n");
  }
}

function show({ code, path, line, col, message, hint, excerpt }: DtegError): string {
  return [`${path}:${line}:${col}: ${message} [${code}]`, excerpt, ...(hint ? [`hint: ${hint}`] : [])].join("\n");
}
