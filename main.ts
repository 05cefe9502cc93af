import settings from "./deno.json" with { type: "json" };
import { COMMANDS } from "./runtime/commands/catalogue.ts";
import { dispatch } from "./runtime/commands/dispatch.ts";
import { leaveNoCoreFile } from "./runtime/commands/machine/core_files.ts";
import { processDevice } from "./runtime/commands/terminal.ts";
import { keepConnectionsAlive } from "./runtime/net/keep_alive.ts";
import { DtegError } from "./sdk/mod.ts";

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

const PATIENCE = 8000;

/** The first signal asks the command to end, the second one ends the process, and so does time where something cannot be asked. */
function listen(): AbortSignal {
  const controller = new AbortController();
  for (const [name, exit] of Object.entries(SIGNALS) as [keyof typeof SIGNALS, number][]) {
    Deno.addSignalListener(name, () => {
      if (controller.signal.aborted) Deno.exit(exit);
      controller.abort(name);
      Deno.unrefTimer(setTimeout(() => Deno.exit(exit), PATIENCE));
    });
  }
  return controller.signal;
}

/** Makes something at its first use, once. */
function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

function currentFolder(): string {
  try {
    return Deno.cwd();
  } catch (cause) {
    throw new DtegError("file.not_found", "the current folder is gone", {
      hint: "change to a folder that exists",
      cause,
    });
  }
}

async function main(words: readonly string[]): Promise<number> {
  leaveNoCoreFile();
  const { needsPatch, patchFlow } = await import("./runtime/net/flow.ts");
  if (needsPatch()) patchFlow();
  if (words[0] === "__selfcheck") return (await import("./runtime/commands/selfcheck.ts")).selfcheck(words.slice(1));
  const env = Deno.env.toObject();
  if (words[0] === "__complete") {
    const { complete } = await import("./runtime/commands/machine/complete.ts");
    const lines = await complete(words.slice(1), { catalogue: COMMANDS, env, folder: currentFolder() });
    if (lines.length > 0) console.log(lines.join("\n"));
    return 0;
  }
  const signal = listen();
  keepConnectionsAlive();
  return await dispatch(words, {
    version: settings.version,
    commands: COMMANDS,
    env,
    device: processDevice(env, { signal }),
    folder: currentFolder,
    signal,
    connectors: lazy(async () => {
      const [{ fileConnector }, { duckdbConnector }, { postgresConnector }, { mysqlConnector }] = await Promise.all([
        import("./plugins/file/mod.ts"),
        import("./plugins/duckdb/mod.ts"),
        import("./plugins/postgres/mod.ts"),
        import("./plugins/mysql/mod.ts"),
      ]);
      return [fileConnector, duckdbConnector, postgresConnector, mysqlConnector];
    }),
    store: lazy(async () => {
      const [{ openRunStore }, { storeFolder }] = await Promise.all([
        import("./runtime/store/run_store.ts"),
        import("./runtime/commands/project/store_folder.ts"),
      ]);
      return openRunStore(await storeFolder(currentFolder(), { env }));
    }),
  });
}

if (import.meta.main) Deno.exit(await main(Deno.args));
