import assert from "node:assert/strict";
import { inFolder, runScript } from "./dteg_command.ts";
import { type Page, readPages, ROOT } from "./markdown_pages.ts";
import { pageScript, untested } from "./page_script.ts";
import { openMariadbShop, openShop, type ShopServer } from "./shop_server.ts";

const ORDERS = "id,status,amount\n1,paid,120.50\n2,open,80.00\n";
const PIPELINE = `version: 1
source: ../data/
streams: [orders]
tags: [nightly]
vars: { day: 2024-05-01 }
destination: ../warehouse.duckdb
`;

/** What a page finds in its folder. All others begin with nothing. */
const SEEDS: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  "docs/cli.md": async (folder) => {
    await Promise.all(["data", "pipelines"].map((name) => Deno.mkdir(`${folder}/${name}`)));
    await Deno.writeTextFile(`${folder}/orders.csv`, ORDERS);
    await Deno.writeTextFile(`${folder}/data/orders.csv`, ORDERS);
    await Deno.writeTextFile(`${folder}/pipelines/orders.yaml`, PIPELINE);
  },
  "examples/README.md": async (folder) => {
    const examples = ["files_to_duckdb", "csv_to_parquet", "typed_ndjson", "merge_by_key", "nightly"];
    for (const name of examples) await copyFolder(`${ROOT}examples/${name}`, `${folder}/${name}`);
  },
};

/** What has happened before commands of the reference are typed. */
const BEFORE: Readonly<Record<string, string>> = {
  // a run that set a row aside
  "dteg rejects": "printf 'id,at\\n1,2024-05-01\\n2,never\\n' > visits.csv\n" +
    "printf '%s\\n' 'version: 1' 'source: visits.csv' 'destination: duckdb://visits.duckdb' 'streams:' " +
    "'  - { name: visits, columns: { at: { type: date } }, contract: { rows: reject } }' > visits.yaml\n" +
    "dteg run -q visits.yaml\n",
  // a load by cursor
  "dteg state": "printf 'id,at\\n1,2024-05-01 08:00:00\\n' > data/orders.csv\n" +
    "printf '%s\\n' 'version: 1' 'source: ../data/' 'destination: ../sales.duckdb' 'streams:' " +
    "'  - { name: orders, key: id, cursor: at }' > pipelines/sales.yaml\n" +
    "dteg run -q sales\n",
  // a replace that kept what it replaced
  "dteg undo last -y": "printf '%s\\n' 'version: 1' 'source: orders.csv' 'destination: kept.duckdb' 'streams:' " +
    "'  - { name: orders, keep: 1 }' > kept.yaml\ndteg run -q kept.yaml\ndteg run -q kept.yaml\n",
};

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else if (/\.(yaml|csv|ndjson)$/.test(name)) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

/** Pages that want a server. */
const SERVERS: Readonly<Record<string, () => Promise<ShopServer>>> = {
  "README.md": openShop,
  "docs/guides/postgres.md": openShop,
  "docs/guides/mysql.md": openMariadbShop,
};

/** Seconds that all commands of a page may take together: it promises five minutes, most of which are for reading. */
const PROMISED: Readonly<Record<string, number>> = {
  "docs/getting-started.md": 75,
  "docs/getting-started.ko.md": 75,
};

/** Pages at a time. Most of a command's time goes by before it has two things to do. */
const WIDTH = 2;

Deno.test("what the pages say can be typed as it stands", async (test) => {
  const waiting = (await readPages()).filter((page) => pageScript(page).includes("\nline="));
  const slowFirst = waiting.sort((a, b) => b.blocks.length - a.blocks.length)[Symbol.iterator]();
  const workers = Array.from({ length: WIDTH }, async () => {
    for (const page of slowFirst) {
      const fn = () => typed(page);
      await test.step({ name: page.path, fn, sanitizeOps: false, sanitizeResources: false, sanitizeExit: false });
    }
  });
  await Promise.all(workers);
});

async function typed(page: Page): Promise<void> {
  await inFolder(async (folder) => {
    await SEEDS[page.path]?.(folder);
    await using shop = await SERVERS[page.path]?.();
    await shop?.giveAuthority(folder);
    const began = performance.now();
    const { code, stdout, stderr } = await runScript(scriptOf(page), {
      folder,
      env: shop?.env,
    });
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    const seconds = (performance.now() - began) / 1000;
    assert.ok(seconds < (PROMISED[page.path] ?? Infinity), `${page.path} took ${seconds} s`);
  });
}

function scriptOf(page: Page): string {
  if (page.path !== "docs/cli.md") return pageScript(page);
  return Object.entries(BEFORE).reduce(
    (script, [first, before]) => script.replace(new RegExp(`(?=line=\\d+\\n.*\\n${first}\\n)`), () => before),
    pageScript(page),
  );
}

Deno.test("at most five blocks of all pages are not run", async () => {
  const found = (await readPages()).flatMap((page) => untested(page).map(({ line }) => `${page.path}:${line}`));
  assert.ok(found.length <= 5, found.join("\n"));
});
