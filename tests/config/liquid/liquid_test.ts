import { deepEqual, equal, rejects } from "node:assert/strict";
import { findProject, loadPipeline } from "../../../runtime/config/mod.ts";
import { inFolder, options } from "../fake_connectors.ts";

const HEAD = "name: shop\nvars: { table: orders, full: false, limit: 10, odd: '{{ var.table }}' }\n";
const ENDS = "source: { connection: in }\ndestination: out/{{ environment }}/\n";
const PROJECT = {
  "dteg.yaml": "environments: { prod: { vars: { region: eu } } }\n",
  "connections.yaml": "in: { use: file, path: 'data/{{ environment }}/' }\n",
};

/** Loads a pipeline of these streams in the environment prod. */
async function load(
  streams: string,
  { head = HEAD, ...parts }: Parameters<typeof options>[1] & { head?: string } = {},
) {
  let found: Awaited<ReturnType<typeof loadPipeline>> | undefined;
  await inFolder({ ...PROJECT, "p.yaml": `${head}${ENDS}streams:\n${streams}` }, async (folder) => {
    const project = await findProject(folder);
    found = await loadPipeline("p.yaml", options(folder, { project, name: "prod", ...parts }));
  });
  return found!.pipeline;
}

Deno.test("templates in names, SQL and paths know variables, the run, the pipeline and the environment", async () => {
  const pipeline = await load(
    "  - name: '{{ var.table }}_{{ var.region | upcase }}'\n" +
      "    where: '{% if var.full %}true{% else %}id < {{ var.limit }}{% endif %} -- {{ run.id }} ${run.id}'\n" +
      "    into: '{{ pipeline.name }}_{{ run.started_at | slice: 0, 10 }}.{schema}'\n",
  );
  deepEqual(pipeline.streams.map(({ name, where, into }) => [name, where, into]), [
    ["orders_EU", "id < 10 -- r1 r1", "shop_2026-01-02.{schema}"],
  ]);
  deepEqual([pipeline.source.config, pipeline.destination.config], [{ path: "data/prod/" }, { path: "out/prod/" }]);
});

Deno.test("true, false and whole numbers are compared as such, also from --var", async () => {
  const sql = "  - { name: q, sql: '{% if var.full and var.limit > 99 %}all{% else %}few{% endif %}' }\n";
  equal((await load(sql)).streams[0].sql, "few");
  equal((await load(sql, { vars: ["full=true", "limit=100"] })).streams[0].sql, "all");
});

Deno.test("a value is never a template: neither in a template nor beside one", async () => {
  const { streams } = await load("  - { name: q, sql: '{{ var.odd }} ${var.odd} {{ \"a\" }} ${env.E}' }\n", {
    env: { E: "{% if %}" },
  });
  equal(streams[0].sql, "{{ var.table }} {{ var.table }} a {% if %}");
});

Deno.test("what is no place for templates stays as it is", async () => {
  const { streams } = await load("  - { name: q, columns: { '{{ a }}': { as: '{{ b }}' } } }\n");
  deepEqual(streams[0].columns, [{ name: "{{ a }}", as: "{{ b }}", drop: false }]);
  equal((await load("  - { name: q, sql: '{% raw %}{{ x }}{% endraw %}' }\n")).streams[0].sql, "{{ x }}");
});

const wrong: readonly [sql: string, error: object][] = [
  ["SELECT {{ var.tabel }}", {
    code: "template.unset",
    message: "var.tabel is not set",
    hint: "did you mean {{ var.table }}?",
    line: 7,
    col: 20,
  }],
  ["{{ var.table }} {{ var.zzz }}", { hint: "add it under vars:, or give --var zzz=VALUE", col: 30 }],
  ["{{ vra.table }}", { code: "template.unset", hint: "did you mean {{ var.table }}?" }],
  ["{{ var.table | upcse }}", {
    code: "template.syntax",
    message: 'templates have no filter "upcse"',
    hint: "did you mean upcase?",
  }],
  ["{% fi var.full %}", { code: "template.syntax", message: 'templates have no tag "fi"', hint: "did you mean if?" }],
  ['{% include "/etc/passwd" %}', { code: "template.syntax", hint: "a template reads no other files" }],
  ["{% if var.full %}", { code: "template.syntax", message: /not closed/ }],
  ["{{ var.table", { code: "template.syntax", message: /not closed/ }],
  ["{{ var }}", { code: "template.syntax", message: /no text but a group of names/ }],
  ["{% for i in (1..1000000000) %}x{% endfor %}", { code: "template.syntax", message: /limit/ }],
  ["{{ var.table.constructor }}", { code: "template.unset" }],
];

Deno.test("what a template does not know is an error with its place and the nearest word", async () => {
  for (const [sql, error] of wrong) {
    const text = /^[{%]/.test(sql) ? `'${sql}'` : sql;
    await rejects(load(`  - name: q\n    sql: ${text}\n`), { path: "p.yaml", ...error });
  }
});

Deno.test("the interval of a cursor is SQL that is true until a source puts its condition there, and stands in queries only", async () => {
  const { streams: [stream] } = await load("  - name: q\n    sql: SELECT * FROM t WHERE {{ interval }}\n");
  equal(stream.sql, "SELECT * FROM t WHERE /* interval */ true");
  await rejects(load("  - name: q\n    where: '{{ interval }}'\n"), { code: "template.syntax", line: 7 });
});

Deno.test("a place in SQL over lines is that of its line", async () => {
  const sql =
    "  - name: q\n    sql: |\n      SELECT {{ var.table }}\n      FROM ${var.table} WHERE x = {{ var.nope }}\n";
  await rejects(load(sql), { path: "p.yaml", line: 9, col: 38, message: "var.nope is not set" });
});
