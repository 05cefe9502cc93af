import { deepEqual, equal, match, ok } from "node:assert/strict";
import { dirname } from "node:path";
import { binaryPath } from "./binary.ts";
import { asUser, type User } from "./user.ts";

/** Runs a line as it was printed, with the binary as `dteg`; what it shows. */
async function type(line: string, user: User, cwd = user.folder): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", line],
    cwd,
    clearEnv: true,
    env: {
      PATH: `${dirname(binaryPath())}:/usr/bin:/bin`,
      HOME: `${dirname(user.folder)}/home`,
      TMPDIR: `${dirname(user.folder)}/tmp`,
      DTEG_CACHE_DIR: "/tmp/dteg-test-cache",
      LANG: "C.UTF-8",
    },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  equal(code, 0, `${line}\n${text(stdout)}${text(stderr)}`);
  return text(stdout);
}

/** The command lines that stand below a heading. */
function linesBelow(heading: string, page: string): readonly string[] {
  const [, below = ""] = page.split(`${heading}\n`);
  return below.split("\n\n")[0].split("\n").flatMap((line) =>
    /^ {2}((?:dteg|cd|sh) .*?)(?: {2,}\S.*)?$/.exec(line)?.[1] ?? []
  );
}

Deno.test("a newcomer who types what is printed gets a loaded table", () =>
  asUser(async (user) => {
    user.write("orders.csv", "id,status,amount\n1,paid,120.50\n2,open,80.00\n");
    const steps = linesBelow("First steps", await type("dteg --help", user));
    deepEqual(steps, ["dteg run orders.csv", "dteg query 'SELECT * FROM orders'", "dteg init shop"]);
    const [run, query] = steps;
    const report = await type(run, user);
    match(report, /✓ orders +2 +2 /);
    match(await type(query, user), /paid +120\.50/);
    const [, hint = ""] = /^Look at it: +(dteg .*)$/m.exec(report) ?? [];
    match(await type(hint, user), /open +80\.00/);
    const examples = linesBelow("Examples", await type("dteg run --help", user));
    ok(examples.includes("dteg run orders.csv"), examples.join("\n"));
  }));

Deno.test("a newcomer's project runs as it stands, and gets two environments out of its own comments", () =>
  asUser(async (user) => {
    const next = linesBelow("Next:", await type("dteg init shop", user));
    deepEqual(next.length, 4, next.join("\n"));
    await type(next.join(" && "), user);
    const shop = `${user.folder}/shop`;
    const file = `${shop}/dteg.yaml`;
    const text = await Deno.readTextFile(file);
    const begin = text.indexOf("# environments:");
    ok(begin > 0, text);
    const environments = text.slice(begin).replace(/^# /gm, "").replace(
      /duckdb:\S+\/prod\.duckdb/,
      "duckdb://prod.duckdb",
    );
    await Deno.writeTextFile(file, text.slice(0, begin) + environments);
    await type("dteg validate", user, shop);
    match(await type("dteg run", user, shop), /environment dev/);
    match(await type("dteg run --env prod", user, shop), /environment prod/);
    const count = "'SELECT count(*) FROM raw.orders' --format csv";
    equal(
      await type(`dteg query ${count} --on prod.duckdb`, user, shop),
      await type(`dteg query ${count} --on warehouse.duckdb`, user, shop),
    );
    await type("dteg connection test warehouse --env prod", user, shop);
  }));
