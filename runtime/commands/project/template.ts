/** A file that `dteg init` makes, its path from the project's folder. */
export interface TemplateFile {
  readonly path: string;
  readonly text: string;
  /** People often have one already; theirs is left as it is. */
  readonly optional?: boolean;
}

/** What `dteg init` can make. */
export const TEMPLATES = {
  files: "a CSV file, and a pipeline that loads it into DuckDB",
  postgres: "a CSV file into the PostgreSQL of DATABASE_URL, and a query of it into Parquet",
  blank: "an empty project",
} as const;
export type TemplateName = keyof typeof TEMPLATES;

/** Where the schemas for editors go. */
export const SCHEMA_PATHS = {
  pipeline: ".dteg/schema/pipeline.json",
  project: ".dteg/schema/project.json",
  connections: ".dteg/schema/connections.json",
} as const;
export type SchemaName = keyof typeof SCHEMA_PATHS;

const PROJECT = `# yaml-language-server: $schema=${SCHEMA_PATHS.project}
# What holds for all pipelines of this project. A pipeline's own words win, a flag wins over both.
version: 1
settings:
  max_memory: 1GB
`;

const CONNECTIONS_BLANK = `# yaml-language-server: $schema=${SCHEMA_PATHS.connections}
# One entry a connection: a URL, or \`use:\` and settings. Keep passwords out: \${env.NAME} or \${secret.NAME} fetch them.
warehouse: duckdb://warehouse.duckdb
`;

const CONNECTIONS_FILES = `# yaml-language-server: $schema=${SCHEMA_PATHS.connections}
# One entry a connection: a URL, or \`use:\` and settings. Keep passwords out: \${env.NAME} or \${secret.NAME} fetch them.
inbox: { use: file, path: data/ }
warehouse: duckdb://warehouse.duckdb
`;

const CONNECTIONS_POSTGRES = `# yaml-language-server: $schema=${SCHEMA_PATHS.connections}
# One entry a connection: a URL, or \`use:\` and settings. Keep passwords out: \${env.NAME} or \${secret.NAME} fetch them.
inbox: { use: file, path: data/ }
database: { use: postgres, url: "\${env.DATABASE_URL}" }
reports: parquet://reports/
`;

const PIPELINE = `# yaml-language-server: $schema=../${SCHEMA_PATHS.pipeline}
version: 1
name: orders
source: { connection: inbox }              # each file of data/ is a stream, by its name
streams:
  - name: orders
    into: raw.orders
    write: replace                         # or append, or merge with a key
    columns:
      postcode: { type: text }             # keeps leading zeros
      amount: { as: total, type: "decimal(18,2)" }
destination: { connection: warehouse }
`;

const PIPELINE_TO_POSTGRES = `# yaml-language-server: $schema=../${SCHEMA_PATHS.pipeline}
version: 1
name: orders
source: { connection: inbox }              # each file of data/ is a stream, by its name
streams:
  - name: orders
    into: raw.orders
    write: merge                           # known ids are updated, new ones inserted
    key: id
    columns:
      postcode: { type: text }             # keeps leading zeros
      amount: { as: total, type: "decimal(18,2)" }
destination: { connection: database }
`;

const PIPELINE_FROM_POSTGRES = `# yaml-language-server: $schema=../${SCHEMA_PATHS.pipeline}
version: 1
name: totals
source: { connection: database }
streams:
  - name: totals                           # a query, or the name of a table: raw.orders
    sql: |
      SELECT status, count(*) AS orders, sum(total)::numeric(18,2) AS total
      FROM raw.orders GROUP BY status
destination: { connection: reports }
`;

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

const IGNORED = `# Made by runs; the schemas for editors are kept.
.dteg/*
!.dteg/schema/
*.duckdb
*.duckdb.wal
.env
`;

const EDITOR = JSON.stringify(
  {
    "yaml.schemas": {
      [SCHEMA_PATHS.pipeline]: "pipelines/*.yaml",
      [SCHEMA_PATHS.project]: "dteg.yaml",
      [SCHEMA_PATHS.connections]: "connections.yaml",
    },
  },
  undefined,
  2,
);

/** What a template has of its own. */
interface Template {
  readonly connections: string;
  readonly files: readonly TemplateFile[];
  /** What may be typed next, in the project. */
  readonly next: readonly string[];
}

const CONTENT: Readonly<Record<TemplateName, Template>> = {
  files: {
    connections: CONNECTIONS_FILES,
    files: [{ path: "pipelines/orders.yaml", text: PIPELINE }, { path: "data/orders.csv", text: ORDERS }],
    next: ["dteg run orders", "dteg query 'SELECT * FROM raw.orders' --on warehouse"],
  },
  postgres: {
    connections: CONNECTIONS_POSTGRES,
    files: [
      { path: "pipelines/orders.yaml", text: PIPELINE_TO_POSTGRES },
      { path: "pipelines/totals.yaml", text: PIPELINE_FROM_POSTGRES },
      { path: "data/orders.csv", text: ORDERS },
    ],
    next: [
      "export DATABASE_URL=postgres://USER:PASSWORD@HOST/DATABASE",
      "dteg run orders totals",
      "dteg query 'SELECT * FROM raw.orders' --on database",
    ],
  },
  blank: { connections: CONNECTIONS_BLANK, files: [], next: ["dteg schema", "dteg validate"] },
};

/** The files of a template, but for the schemas. */
export function templateFiles(name: TemplateName): readonly TemplateFile[] {
  const { connections, files } = CONTENT[name];
  return [
    { path: "dteg.yaml", text: PROJECT },
    { path: "connections.yaml", text: connections },
    ...files,
    { path: ".gitignore", text: IGNORED, optional: true },
    { path: ".vscode/settings.json", text: `${EDITOR}\n`, optional: true },
  ];
}

/** What may be typed after a project was made of a template. */
export function nextSteps(name: TemplateName): readonly string[] {
  return CONTENT[name].next;
}
