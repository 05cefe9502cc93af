import { type NewEntry, withEntry } from "../../config/mod.ts";
import { editorFiles, SCHEMA_PATHS } from "./editor_files.ts";

/** A file that `dteg init` makes, its path from the project's folder. */
export interface TemplateFile {
  readonly path: string;
  readonly text: string;
  /** People often have one already; theirs is left as it is. */
  readonly optional?: boolean;
}

/** An end of a template. */
export interface TemplateEnd {
  /** Name of its connection. */
  readonly name: string;
  readonly question: string;
  /** Its URL or path, where nothing else is said. */
  readonly usual: string;
}

/** The values of connections.yaml, by role. */
export interface Ends {
  readonly from: NewEntry["value"];
  readonly to: NewEntry["value"];
  /** The usual ones were taken, so the template's own data is wanted. */
  readonly isUsualFrom: boolean;
  /** Tables stand in schemas at the other end. */
  readonly hasSchemas: boolean;
}

interface Template {
  readonly summary: string;
  readonly from?: TemplateEnd;
  readonly to: TemplateEnd;
  files(ends: Ends): readonly TemplateFile[];
  /** What may be typed next, in the project. */
  next(ends: Ends): readonly string[];
}

const WAREHOUSE: TemplateEnd = { name: "warehouse", question: "Where do they go?", usual: "duckdb://warehouse.duckdb" };
const INBOX: TemplateEnd = { name: "inbox", question: "Where are the files?", usual: "data/" };

/** All tables of a database of a server into a file. */
function tablesOf(server: string, usual: string): Template & { readonly from: TemplateEnd } {
  return {
    summary: `all tables of a ${server} database into DuckDB, each by its own key`,
    from: { name: "database", question: "Which database?", usual },
    to: WAREHOUSE,
    files: () => [{ path: "pipelines/tables.yaml", text: tablesPipeline() }, testFile(tablesTest())],
    next: ({ isUsualFrom }) => [
      ...(isUsualFrom
        ? [`export DATABASE_URL=${/\w+:/.exec(usual.split(":-")[1])?.[0]}//USER:PASSWORD@HOST/DATABASE`]
        : []),
      "dteg check tables",
      "dteg run tables",
      "sh tests/test.sh",
    ],
  };
}

/** What `dteg init` can make. */
export const TEMPLATES = {
  files: {
    summary: "files into a database, with a CSV file to begin with",
    from: INBOX,
    to: WAREHOUSE,
    files: (
      ends,
    ) => [{ path: "pipelines/orders.yaml", text: filesPipeline(ends) }, ...sample(ends), testFile(ordersTest(ends))],
    next: ({ isUsualFrom, hasSchemas }) => [
      "dteg run orders",
      ...(isUsualFrom && hasSchemas
        ? ["dteg query 'SELECT * FROM raw.orders' --on warehouse"]
        : ["dteg runs show last"]),
      "sh tests/test.sh",
    ],
  },
  postgres: tablesOf("PostgreSQL", "${env.DATABASE_URL:-postgres://postgres@localhost:5432/postgres}"),
  mysql: tablesOf("MySQL or MariaDB", "${env.DATABASE_URL:-mysql://root@localhost:3306/mysql}"),
  duckdb: {
    summary: "files into DuckDB, and a query of it into Parquet files",
    from: INBOX,
    to: { name: "reports", question: "Where do the results go?", usual: "parquet://reports/" },
    files: (ends) => [
      { path: "pipelines/orders.yaml", text: filesPipeline({ ...ends, hasSchemas: true }) },
      { path: "pipelines/totals.yaml", text: totalsPipeline(ends) },
      ...sample(ends),
      testFile(ordersTest({ ...ends, hasSchemas: true })),
    ],
    next: () => ["dteg run orders totals", "dteg query 'SELECT * FROM totals' --on reports", "sh tests/test.sh"],
  },
  blank: {
    summary: "an empty project",
    to: WAREHOUSE,
    files: () => [testFile(`dteg validate\n`)],
    next: () => ["dteg schema", "dteg validate"],
  },
} as const satisfies Readonly<Record<string, Template>>;
export type TemplateName = keyof typeof TEMPLATES;

/** A template by its name. */
export function templateOf(name: TemplateName): Template {
  return TEMPLATES[name];
}

/** The files of a template, but for the schemas. */
export function templateFiles(name: TemplateName, ends: Ends): readonly TemplateFile[] {
  const template = templateOf(name);
  const entries = [
    ...(template.from ? [{ keys: [template.from.name], value: ends.from }] : []),
    ...(name === "duckdb" ? [{ keys: ["warehouse"], value: WAREHOUSE.usual }] : []),
    { keys: [template.to.name], value: ends.to },
  ];
  const path = "connections.yaml";
  const connections = entries.reduce((text, entry) => withEntry(text, { ...entry, path }), CONNECTIONS);
  return [
    { path: "dteg.yaml", text: PROJECT },
    { path, text: connections },
    ...template.files(ends),
    { path: ".gitignore", text: IGNORED, optional: true },
    ...editorFiles(),
  ];
}

const PROJECT = `# yaml-language-server: $schema=${SCHEMA_PATHS.project}
# What holds for all pipelines of this project. A pipeline's own words win, a flag wins over both.
version: 1
settings:
  max_memory: 1GB
# What differs between environments; --env or DTEG_ENV chooses one:
# environments:
#   dev: {}
#   prod: { connections: { warehouse: duckdb:///srv/prod.duckdb } }
`;

const CONNECTIONS = `# yaml-language-server: $schema=${SCHEMA_PATHS.connections}
# One entry a connection: a URL, or \`use:\` and settings. \`dteg connection add NAME\` adds one and keeps its password out of here.
`;

const HEAD = `# yaml-language-server: $schema=../${SCHEMA_PATHS.pipeline}\nversion: 1\n`;

const WHOLE = `streams: ["*"]                             # each file, by its name; name one to say more about it\n`;

function filesPipeline({ isUsualFrom, hasSchemas }: Ends): string {
  const one = `streams:
  - name: orders
${hasSchemas ? "    into: raw.orders\n" : ""}    write: replace                         # or append, or merge with a key
    columns:
      postcode: { type: text }             # keeps leading zeros
      amount: { as: total, type: "decimal(18,2)" }
`;
  return `${HEAD}name: orders
source: { connection: inbox }              # each file of it is a stream, by its name
${isUsualFrom ? one : WHOLE}destination: { connection: warehouse }
`;
}

function totalsPipeline({ isUsualFrom }: Ends): string {
  const query = `streams:
  - name: totals                           # a query, or the name of a table: raw.orders
    sql: |
      SELECT status, count(*) AS orders, sum(total)::decimal(18,2) AS total
      FROM raw.orders GROUP BY status
`;
  return `${HEAD}name: totals
after: [orders]
source: { connection: warehouse }
${
    isUsualFrom
      ? query
      : `streams: ["*"]                             # each table; or a query: { name: totals, sql: SELECT … }\n`
  }destination: { connection: reports }
`;
}

function tablesPipeline(): string {
  return `${HEAD}name: tables
source: { connection: database }
defaults:
  write: merge                             # known keys are updated, new ones inserted
  key: auto                                # the primary key; a table without one is replaced
streams:
  - name: "*"                              # all tables; public.* takes those of a schema, "!tmp_*" leaves some out
destination: { connection: warehouse }
`;
}

function sample({ isUsualFrom }: Ends): readonly TemplateFile[] {
  return isUsualFrom ? [{ path: "data/orders.csv", text: ORDERS }] : [];
}

const ORDERS = `id,customer,postcode,amount,ordered_at,status
1,Ada Lovelace,01069,120.50,2024-05-01T09:15:00Z,paid
2,Grace Hopper,10115,80.00,2024-05-01T10:02:11Z,paid
3,"Turing, Alan",04109,19.90,2024-05-02T18:40:35Z,open
4,Katherine Johnson,80331,349.00,2024-05-03T07:05:09Z,paid
5,Edsger Dijkstra,50667,5.25,2024-05-03T12:30:00Z,cancelled
6,Barbara Liskov,20095,64.10,2024-05-04T16:21:47Z,paid
7,Dennis Ritchie,70173,,2024-05-05T08:00:00Z,open
8,Radia Perlman,60311,210.75,2024-05-05T21:59:59Z,paid
`;

function ordersTest({ isUsualFrom, hasSchemas }: Ends): string {
  if (!isUsualFrom) return `dteg run -q orders --set "destination=duckdb://$made/test.duckdb"\n`;
  return `dteg run -q orders --set "destination=duckdb://$made/test.duckdb"
sql='SELECT count(*) AS orders, sum(total) AS total FROM ${hasSchemas ? "raw." : ""}orders'
found=$(dteg query "$sql" --on "$made/test.duckdb" --format csv)
wanted="orders,total
8,849.50"
[ "$found" = "$wanted" ] || { printf 'wanted %s\\nfound  %s\\n' "$wanted" "$found" >&2; exit 1; }
`;
}

function tablesTest(): string {
  return `dteg run -q tables --limit 10 --set "destination=duckdb://$made/test.duckdb"\n`;
}

function testFile(steps: string): TemplateFile {
  return {
    path: "tests/test.sh",
    text: `#!/bin/sh
# Tries the pipelines out in a folder of its own; what they usually write is not touched. Run it with: sh tests/test.sh
set -eu
cd "$(dirname "$0")/.."
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
dteg() { command "\${DTEG:-dteg}" "$@"; }

${steps}echo ok
`,
  };
}

const IGNORED = `# Made by runs; the schemas for editors are kept.
.dteg/*
!.dteg/schema/
*.duckdb
*.duckdb.wal
.env
`;
