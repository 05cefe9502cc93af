import type { Setting } from "../jobs.ts";
import { runCommand, shell } from "../server_commands.ts";
import type { ServerJob } from "../turns.ts";
import type { PostgresPlace } from "./postgres_place.ts";

const STREAMS = 50;
const ROWS = 1000;

/** A run over many streams of which none has anything new, beside one question a table. */
export async function nothingNewJob(
  { src, dst, server }: PostgresPlace,
  setting: Setting,
): Promise<ServerJob> {
  const tables = Array.from({ length: STREAMS }, (_, index) => `many.t${index}`);
  const path = `${setting.folder}/nothing_new.yaml`;
  const pipeline = {
    version: 1,
    name: "nothing_new",
    source: { use: "postgres", config: { url: src } },
    defaults: { key: "auto", cursor: "updated_at" },
    streams: ["many.*"],
    destination: { use: "postgres", config: { url: dst } },
  };
  await Deno.writeTextFile(path, JSON.stringify(pipeline, null, 2)); // JSON is YAML
  const run = runCommand([path], setting);
  let isMade = false;

  async function make(): Promise<void> {
    const statements = tables.map((table) =>
      `CREATE TABLE ${table} AS SELECT g::bigint AS id, 'x' || g AS v, now() - g * interval '1 s' AS updated_at
        FROM generate_series(1, ${ROWS}) g; ALTER TABLE ${table} ADD PRIMARY KEY (id); CREATE INDEX ON ${table} (updated_at);`
    );
    await server.psql(`CREATE SCHEMA many; ${statements.join("\n")} ANALYZE`, { db: "src" });
    const { success } = await new Deno.Command(run[0], { args: run.slice(1), cwd: setting.folder, stdout: "null" })
      .output();
    if (!success) throw new Error("the first load of the fifty tables failed");
  }

  return {
    name: `a run of ${STREAMS} streams that finds nothing new`,
    wanted: { against: "floor", times: 2 },
    commands: {
      floor: shell(tables.map((table) => `psql -qXAt '${src}' -c 'SELECT max(updated_at) FROM ${table}'`).join("; ")),
      dteg: run,
    },
    before: async () => {
      if (!isMade) await make();
      isMade = true;
    },
    check: async () => {
      const counts = tables.map((table) => `(SELECT count(*) FROM ${table})`).join(" + ");
      const found = Number(await server.psql(`SELECT ${counts}`, { db: "dst" }));
      if (found !== STREAMS * ROWS) throw new Error(`the targets hold ${found} rows, wanted ${STREAMS * ROWS}`);
    },
  };
}
