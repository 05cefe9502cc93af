import type { Setting } from "../jobs.ts";
import { extensionCommand, runCommand, shell } from "../server_commands.ts";
import type { ServerJob } from "../turns.ts";
import { pgColumns, type PostgresPlace } from "./postgres_place.ts";

/** Rows that the source no longer has. */
const GONE = 10;

const EXTENSION = new URL("../../../.build/extensions/postgres_scanner.duckdb_extension", import.meta.url).pathname;

/** All keys of both sides are read, and those found that one of them lacks. */
const FIND = "CREATE TABLE gone AS SELECT id FROM dst.public.proof ANTI JOIN src.public.proof USING (id)";

/** What it takes to prove that a target is what its source is: a comparison of equal rows, and the search for rows that are gone. */
export async function proofJobs(place: PostgresPlace, setting: Setting): Promise<readonly ServerJob[]> {
  const { src, dst, server } = place;
  const path = await pipelineOf(place, setting);
  const attach = Object.entries({ src, dst }).map(([name, url]) =>
    `ATTACH '${url}' AS ${name} (TYPE postgres, READ_ONLY)`
  );
  const load = runCommand([path], setting);
  const count = async () => Number(await server.psql("SELECT count(*) FROM proof", { db: "dst" }));
  const every = `id % ${Math.floor(setting.orders.rows / GONE)} = 1`;
  let isMade: Promise<number> | undefined;

  /** Both tables with the same rows; `saved` has those that will be gone. Gives their number. */
  async function make(): Promise<number> {
    const columns = pgColumns("json");
    await server.psql(`CREATE TABLE proof (${columns}, PRIMARY KEY (id)); INSERT INTO proof SELECT * FROM orders`, {
      db: "src",
    });
    await server.psql(`DROP TABLE IF EXISTS proof, saved, _dteg_state`, { db: "dst" });
    const { success } = await new Deno.Command(load[0], { args: load.slice(1), cwd: setting.folder, stdout: "null" })
      .output();
    if (!success) throw new Error("the first load of the proof failed");
    await server.psql(`CREATE TABLE saved AS SELECT * FROM proof WHERE ${every}`, { db: "dst" });
    for (const db of ["src", "dst"]) await server.psql("VACUUM ANALYZE proof", { db });
    return await count();
  }
  const bothSides = (sql: string, to: string) =>
    shell(`psql -qXAt '${src}' -c "${sql}" ${to} & psql -qXAt '${dst}' -c "${sql}" ${to}; wait $!`);

  return [
    {
      name: "verify of equal rows",
      wanted: { against: "floor", times: 1.3 },
      commands: {
        floor: bothSides("SELECT sum(hashtextextended(p::text, 0)) FROM proof p", ""),
        dteg: [setting.binary, "verify", path, "--quiet"],
      },
      before: async () => void await (isMade ??= make()),
      check: () => Promise.resolve(), // a difference is no success
    },
    {
      name: `${GONE} deletes found`,
      wanted: { against: "duckdb", times: 0.5 },
      commands: {
        floor: bothSides("COPY (SELECT id FROM proof) TO STDOUT", "> /dev/null"),
        duckdb: extensionCommand({ extensions: [EXTENSION], statements: [...attach, FIND] }, setting),
        dteg: load,
      },
      before: async () => {
        await (isMade ??= make());
        await server.psql(`DELETE FROM proof WHERE ${every}`, { db: "src" });
        await server.psql(
          "INSERT INTO proof SELECT * FROM saved s WHERE NOT EXISTS (SELECT 1 FROM proof p WHERE p.id = s.id)",
          {
            db: "dst",
          },
        );
      },
      check: async (tool) => {
        const left = await count(), wanted = await isMade! - (tool === "dteg" ? GONE : 0);
        if (left !== wanted) throw new Error(`after ${tool} there are ${left} rows, wanted ${wanted}`);
      },
    },
  ];
}

async function pipelineOf({ src, dst }: PostgresPlace, { folder }: Setting): Promise<string> {
  const pipeline = {
    version: 1,
    name: "proof",
    source: { use: "postgres", config: { url: src } },
    streams: [{ name: "public.proof", write: "merge", key: "id", cursor: "id", delete: "remove" }],
    destination: { use: "postgres", config: { url: dst } },
  };
  const path = `${folder}/proof.yaml`;
  await Deno.writeTextFile(path, JSON.stringify(pipeline, null, 2)); // JSON is YAML
  return path;
}
