import { Type } from "@sinclair/typebox";
import { type Environment, makeEnvironment, Secrets } from "../../runtime/config/mod.ts";
import type { KnownConnector } from "../../runtime/config/mod.ts";

const never = () => {
  throw new Error("configuration opens no end");
};
const format = Type.Union(["csv", "tsv", "json", "ndjson", "parquet"].map((word) => Type.Literal(word)));
const dialect = {
  delimiter: Type.Optional(Type.String({ description: "Between fields." })),
  header: Type.Optional(Type.Boolean({ description: "The first line has the names." })),
  skip: Type.Optional(Type.Integer({ minimum: 0, description: "Lines before the header." })),
  null: Type.Optional(Type.String({ description: "Text that stands for NULL." })),
};

/** Connectors with settings like those of the built-in ones, which open nothing. */
export const CONNECTORS: readonly KnownConnector[] = [
  {
    name: "file",
    summary: "Files",
    schemes: ["file", "csv", "tsv", "json", "ndjson", "parquet"],
    config: Type.Object({ path: Type.String({ description: "Where." }), format: Type.Optional(format), ...dialect }, {
      additionalProperties: false,
    }),
    stream: Type.Object({ path: Type.Optional(Type.String({ description: "Files of the stream." })), ...dialect }),
    source: never,
    destination: never,
  },
  {
    name: "duckdb",
    summary: "A DuckDB file",
    schemes: ["duckdb"],
    config: Type.Object({ path: Type.String({ description: "The file." }) }, { additionalProperties: false }),
    source: never,
    destination: never,
  },
  {
    name: "server",
    summary: "A server, only read",
    schemes: ["server"],
    config: Type.Object({
      host: Type.String(),
      port: Type.Optional(Type.Integer()),
      user: Type.Optional(Type.String()),
      password: Type.Optional(Type.String()),
      database: Type.Optional(Type.String()),
    }, { additionalProperties: false }),
    source: never,
  },
];

/** What a load is given in these tests. */
export function options(folder: string, parts: Partial<Parameters<typeof makeEnvironment>[0]> = {}): {
  readonly environment: Environment;
  readonly connectors: readonly KnownConnector[];
  readonly secrets: Secrets;
} {
  const environment = makeEnvironment({ env: {}, folder, runId: "r1", startedAt: "2026-01-02T03:04:05Z", ...parts });
  return { environment, connectors: CONNECTORS, secrets: new Secrets() };
}

/** Runs a test in a folder with some files, and removes it. */
export async function inFolder(
  files: Readonly<Record<string, string>>,
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      if (name.includes("/")) {
        await Deno.mkdir(`${folder}/${name.slice(0, name.lastIndexOf("/"))}`, { recursive: true });
      }
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
