import assert from "node:assert/strict";
import { mysqlConnector } from "../../plugins/mysql/mod.ts";
import { postgresConnector } from "../../plugins/postgres/mod.ts";
import type { BytesBatch, Connector, Format, Host, Reader, ReadRequest } from "../../sdk/mod.ts";
import { openAsk } from "../../runtime/engine/ask/ask_context.ts";
import { makeHost } from "../../runtime/engine/host.ts";
import { newRunId } from "../../runtime/store/run_id.ts";
import { openServer as openMariadb } from "../mysql/server.ts";
import { openServer as openPostgres } from "../postgres/server.ts";

const request = (accepts: readonly Format[], more: Partial<ReadRequest> = {}): ReadRequest => ({
  stream: { name: "t" },
  columns: [],
  drop: [],
  text: [],
  accepts,
  parts: 1,
  settings: {},
  keepsPicture: true,
  ...more,
});

async function bytesOf(reader: Reader): Promise<string> {
  return await new Response((await reader.read(reader.parts[0]) as BytesBatch).stream).text();
}

/** Reads a table to its end; what is asked for then is of the picture that was read, whatever has changed since. */
async function check(
  { connector, url, accepts, change }: {
    readonly connector: Connector;
    readonly url: string;
    readonly accepts: readonly Format[];
    readonly change: (sql: string) => Promise<unknown>;
  },
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dteg-picture-" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const end = { connector: connector.name, config: { url }, label: "", folder };
  await using context = await openAsk({
    run: newRunId(),
    version: "test",
    connectors: [connector],
    limits: { threads: 2, memory: 1e9 },
    tempParent: folder,
    signal: new AbortController().signal,
    mask: (text) => text,
    maskKey: () => Promise.resolve("k".repeat(32)),
    warn: () => {},
  });
  await using host = await makeHost(context, { pipeline: "p", end });
  await using source = connector.source!(end.config, host as Host);
  await using reader = await source.open(request(accepts));
  const batch = await reader.read(reader.parts[0]);
  const session = await host.duckdb();
  if (batch.kind === "scan") await session.runScan(batch, (query) => `CREATE TEMP TABLE x AS ${query}`);
  else if (batch.kind === "bytes") await batch.stream.pipeTo(new WritableStream());
  await change("DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (9, NULL)");
  const more = await reader.picture!.open(request(["csv"], { columns: [{ name: "id" }], where: "id > 1" }));
  assert.equal(await bytesOf(more), "2\n3\n");
  const [sum, ...rest] = await Array.fromAsync(reader.picture!.digest!({
    stream: { name: "t" },
    columns: [{ name: "id" }],
    ranges: { column: "id", from: "1", to: "9", width: 100 },
    isPortable: true,
  }));
  assert.deepEqual([sum.rows, sum.hash, rest.length], [3, "3:5", 0]);
}

const MAKE = "CREATE TABLE t (id bigint, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')";

for (const accepts of ["pgcopy", "scan"] as const) {
  Deno.test(`PostgreSQL by ${accepts}: what is asked for after the rows is of the same picture`, async () => {
    await using server = await openPostgres();
    const db = await server.createDatabase();
    await server.psql(MAKE, { db });
    const change = (sql: string) => server.psql(sql, { db });
    await check({ connector: postgresConnector, url: server.url(db), accepts: [accepts], change });
  });
}

Deno.test("MariaDB: what is asked for after the rows is of the same picture", async () => {
  await using server = await openMariadb();
  const db = await server.createDatabase();
  await server.sql(MAKE, { db });
  const change = (sql: string) => server.sql(sql, { db });
  await check({ connector: mysqlConnector, url: server.url(db), accepts: ["csv"], change });
});
