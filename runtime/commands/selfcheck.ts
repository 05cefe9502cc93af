import { checkFlow, FLOW_READERS } from "../net/flow_check.ts";
import { type FlowSource, type Identity, serveFlow, TRANSPORTS } from "../net/flow_sender.ts";

/**
 * Hidden checks that the build and the tests run inside the binary; gives the exit code.
 * `duckdb`: opens DuckDB. `flow CERT KEY`: known bytes over sockets. `send JSON`: the other side of it.
 */
export async function selfcheck(args: readonly string[]): Promise<number> {
  const [what, ...rest] = args;
  try {
    switch (what) {
      case "duckdb":
        console.log(await checkDuckDB());
        return 0;
      case "flow":
        await checkFlows({ cert: rest[0], key: rest[1] });
        return 0;
      case "send": {
        const source: FlowSource = JSON.parse(rest[0]);
        await serveFlow(source, (address) => console.log(address));
        return 0;
      }
      default:
        console.error(`unknown check ${JSON.stringify(what)}: wanted duckdb, flow or send`);
        return 2;
    }
  } catch (error) {
    console.error(error);
    return 1;
  }
}

async function checkDuckDB(): Promise<string> {
  const { nativeFolder, openDuckDB } = await import("../engine/move/duckdb_native.ts");
  const { DuckDBInstance } = await openDuckDB();
  const instance = await DuckDBInstance.create(":memory:", { extension_directory: await nativeFolder() });
  const connection = await instance.connect();
  const [[version]] = (await connection.runAndReadAll("SELECT version()")).getRowsJson();
  connection.closeSync();
  instance.closeSync();
  return `DuckDB ${version} from ${await nativeFolder()}`;
}

async function checkFlows(identity: Identity): Promise<void> {
  const folder = await Deno.makeTempDir();
  const sender = [Deno.execPath(), "__selfcheck", "send"];
  try {
    for (const transport of TRANSPORTS) {
      for (const reader of FLOW_READERS) {
        const socketFolder = await Deno.makeTempDir({ dir: folder });
        await checkFlow({ transport, reader, sender, folder: socketFolder, ...(transport === "tls" && { identity }) });
        console.log(`${transport} ${reader}: in order`);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
