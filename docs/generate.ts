/** Writes the pages, and the parts of pages, that are made from data. `--check` writes nothing and fails when one differs. */
import { duckdbConnector } from "../plugins/duckdb/mod.ts";
import { fileConnector } from "../plugins/file/mod.ts";
import { mysqlConnector } from "../plugins/mysql/mod.ts";
import { postgresConnector } from "../plugins/postgres/mod.ts";
import { cliPage } from "./cli_page.ts";
import { errorsPage } from "./errors_page.ts";
import { connectorParts, pipelineParts } from "./key_tables.ts";
import { fillParts } from "./markdown.ts";
import { roundParts } from "./rounds_table.ts";
import { typesPage } from "./types_page.ts";

/** A page and what makes it out of what it is now. Paths start at this folder. */
export const PAGES: readonly { readonly path: string; readonly make: (now: string) => string | Promise<string> }[] = [
  { path: "errors.md", make: errorsPage },
  { path: "cli.md", make: cliPage },
  { path: "types.md", make: typesPage },
  { path: "pipeline.md", make: (now) => fillParts(now, pipelineParts()) },
  { path: "files.md", make: (now) => fillParts(now, connectorParts(fileConnector)) },
  { path: "duckdb.md", make: (now) => fillParts(now, connectorParts(duckdbConnector)) },
  { path: "guides/mysql.md", make: (now) => fillParts(now, connectorParts(mysqlConnector)) },
  { path: "guides/postgres.md", make: (now) => fillParts(now, connectorParts(postgresConnector)) },
  { path: "reliability.md", make: async (now) => fillParts(now, await roundParts()) },
  { path: "connectors.md", make: async (now) => fillParts(now, { calendar: await calendar() }) },
];

/** The example connector as it would stand in plugins/. */
async function calendar(): Promise<string> {
  const text = await Deno.readTextFile(new URL("../examples/connector/calendar.ts", import.meta.url));
  return `\`\`\`ts\n${text.replaceAll("../../sdk/", "../sdk/")}\`\`\``;
}

/** Names of the pages that are not as they should be; with `write` they are mended. */
export async function stalePages({ write }: { readonly write: boolean }): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const { path, make } of PAGES) {
    const place = new URL(path, import.meta.url);
    const found = await readOrNothing(place);
    const wanted = await make(found);
    if (wanted === found) continue;
    stale.push(`docs/${path}`);
    if (write) await Deno.writeTextFile(place, wanted);
  }
  return stale;
}

async function readOrNothing(place: URL): Promise<string> {
  try {
    return await Deno.readTextFile(place);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

if (import.meta.main) {
  const check = Deno.args.includes("--check");
  const stale = await stalePages({ write: !check });
  if (check && stale.length) {
    console.error(`not as their data: ${stale.join(", ")}\nmend: deno run -A docs/generate.ts`);
    Deno.exit(1);
  }
  if (!check) console.log(stale.length ? `wrote ${stale.join(", ")}` : "all pages are as their data");
}
