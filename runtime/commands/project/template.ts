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

/** The files of a template, but for the schemas. */
export function templateFiles(name: TemplateName): readonly TemplateFile[] {
  return [
    { path: "dteg.yaml", text: PROJECT },
    { path: "connections.yaml", text: name === "files" ? CONNECTIONS_FILES : CONNECTIONS_BLANK },
    ...(name === "files"
      ? [{ path: "pipelines/orders.yaml", text: PIPELINE }, { path: "data/orders.csv", text: ORDERS }]
      : []),
    { path: ".gitignore", text: IGNORED, optional: true },
    { path: ".vscode/settings.json", text: `${EDITOR}\n`, optional: true },
  ];
}
