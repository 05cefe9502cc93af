import { deepEqual, rejects } from "node:assert/strict";
import { orderPipelines } from "../../../runtime/config/around/order.ts";
import { loadPipeline } from "../../../runtime/config/mod.ts";
import { pipelinesIn } from "../../../runtime/config/resolve/find_pipelines.ts";
import { inFolder, options } from "../fake_connectors.ts";

const ENDS = "source: csv://a.csv\ndestination: duckdb://out.db\nstreams: [a]\n";

async function load(text: string) {
  let found;
  await inFolder({ "p.yaml": ENDS + text }, async (folder) => {
    found = (await loadPipeline("p.yaml", options(folder, { vars: ["t=orders"] }))).pipeline;
  });
  return found!;
}

async function refused(text: string, wanted: object): Promise<void> {
  await inFolder({ "p.yaml": ENDS + text }, (folder) => rejects(loadPipeline("p.yaml", options(folder)), wanted));
}

Deno.test("retry: what is not said has its default, and durations are read", async () => {
  deepEqual((await load("retry: { attempts: 5, backoff: fixed, delay: 500ms }\n")).retry, {
    attempts: 5,
    backoff: "fixed",
    delay: 500,
    maxDelay: 30_000,
    budget: 300_000,
  });
  deepEqual((await load("retry: { max_delay: 2m, budget: 1h30m }\n")).retry, {
    attempts: 3,
    backoff: "exponential",
    delay: 1000,
    maxDelay: 120_000,
    budget: 5_400_000,
  });
  deepEqual((await load("")).retry, undefined);
});

Deno.test("retry: a first wait that is longer than the longest by default is kept", async () => {
  deepEqual((await load("retry: { backoff: fixed, delay: 1m }\n")).retry?.maxDelay, 60_000);
});

Deno.test("retry: a value of another form is refused at its place", async () => {
  await refused("retry: { attempts: 0 }\n", { code: "pipeline.invalid", line: 4, col: 20 });
  await refused("retry: { delay: 5 }\n", {
    code: "pipeline.invalid",
    line: 4,
    message: '"delay" is the number 5, wanted a duration such as 500ms, 5s or 2m',
  });
  await refused("retry: { backoff: linear }\n", { code: "pipeline.invalid", line: 4, col: 19 });
  await refused("retry: { atempts: 2 }\n", { line: 4, hint: 'did you mean "attempts"?' });
});

Deno.test("hooks: one statement or several, on the destination or the source; templates are filled in", async () => {
  const text = 'hooks:\n  after: "ANALYZE ${var.t}"\n  source: { before: [SELECT 1, SELECT 2] }\n';
  deepEqual((await load(text)).hooks, {
    destination: { before: [], after: ["ANALYZE orders"], place: { line: 4, col: 1 } },
    source: { before: ["SELECT 1", "SELECT 2"], after: [], place: { line: 6, col: 3 } },
  });
  deepEqual((await load('hooks: { before: "{% if var.t %}DROP VIEW v{% endif %}" }\n')).hooks?.destination.before, [
    "DROP VIEW v",
  ]);
  await refused("hooks: { afer: x }\n", { line: 4, hint: 'did you mean "after"?' });
  await refused("hooks: { after: 5 }\n", { line: 4, message: /wanted a statement of SQL, or a list of them/ });
});

/** Orders the pipelines of a folder; `after` by name. */
async function order(
  after: Readonly<Record<string, string>>,
  chosen: readonly string[],
  { withUpstream = false }: { readonly withUpstream?: boolean } = {},
): Promise<readonly string[]> {
  const files = Object.fromEntries(
    Object.entries(after).map(([name, words]) => [`${name}.yaml`, `${ENDS}${words && `after: ${words}\n`}`]),
  );
  let names: readonly string[] = [];
  await inFolder(files, async (folder) => {
    const read = (path: string) => loadPipeline(path, options(folder));
    const loads = [];
    for (const name of chosen) loads.push(await read(`${name}.yaml`));
    const known = await pipelinesIn(folder, folder);
    const ordered = await orderPipelines(loads, { folder, known, ...(withUpstream && { loadUpstream: read }) });
    names = ordered.map(({ pipeline }) => pipeline.name);
  });
  return names;
}

Deno.test("after: each pipeline comes after those that it names, else in the order given", async () => {
  const after = { a: "[c]", b: "", c: "d", d: "", e: "[a, b]" };
  deepEqual(await order(after, ["a", "b", "c", "d", "e"]), ["d", "c", "a", "b", "e"]);
  deepEqual(await order(after, ["e", "b"]), ["b", "e"], "what is not chosen does not matter");
  deepEqual(await order(after, ["b", "d"]), ["b", "d"]);
});

Deno.test("--with-upstream pulls in what the chosen ones come after, and what that comes after", async () => {
  const after = { a: "[c]", b: "", c: "d", d: "", e: "[a, b]" };
  deepEqual(await order(after, ["a"], { withUpstream: true }), ["d", "c", "a"]);
  deepEqual(await order(after, ["e"], { withUpstream: true }), ["d", "c", "a", "b", "e"]);
});

Deno.test("after: a name that no pipeline has is refused at its place, with the nearest", async () => {
  await rejects(order({ orders: "[customer]", customers: "" }, ["orders"]), {
    code: "pipeline.not_found",
    path: "orders.yaml",
    line: 4,
    col: 9,
    message: 'there is no pipeline named "customer" that orders could come after',
    hint: "did you mean customers?",
  });
});

Deno.test("after: a circle is refused at its place, with all names of it", async () => {
  await rejects(order({ a: "[x, b]", b: "c", c: "[a]", x: "" }, ["x", "a", "b", "c"]), {
    code: "pipeline.cycle",
    path: "a.yaml",
    line: 4,
    col: 12,
    message: "a comes after b comes after c comes after a: none of them can be the first",
  });
  await rejects(order({ a: "a" }, ["a"]), { code: "pipeline.cycle", message: /^a comes after a: / });
});
