import type { Host } from "../../sdk/mod.ts";
import type { End } from "../config/pipeline.ts";
import type { LogLevel } from "../store/event.ts";
import type { StageSession } from "./move/session.ts";
import type { RunContext } from "./run_context.ts";

/** A host that lets go of what it lent. */
export interface LentHost extends Host, AsyncDisposable {
  /** Texts of all warnings so far. */
  readonly warnings: readonly string[];
  duckdb(): Promise<StageSession>;
  /** How far DuckDB is with the statement that runs now, 0 to 1; null where it does not work. */
  progress(): number | null;
}

/** The host of one end, for a stream or for the whole pipeline. Its DuckDB session is opened at first use. */
export function makeHost(
  context: RunContext,
  { pipeline, stream, end, session }: {
    readonly pipeline: string;
    readonly stream?: string;
    readonly end: End;
    /** A session to share in place of one of its own. */
    readonly session?: () => Promise<StageSession>;
  },
): Promise<LentHost> {
  const warnings: string[] = [];
  let own: Promise<StageSession> | undefined;
  let opened: StageSession | undefined;
  const open = async () => opened = await (await context.stage()).open();
  const say = (level: LogLevel) => (text: string) => {
    const message = context.mask(text);
    if (level === "warn" && !warnings.includes(message)) warnings.push(message);
    context.tell({ kind: "log", level, message, pipeline, ...(stream !== undefined && { stream }) });
  };
  return Promise.resolve({
    log: { debug: say("debug"), info: say("info"), warn: say("warn") },
    signal: context.signal,
    tempDir: context.tempDir,
    run: context.run,
    folder: end.folder,
    shared: context.shared.get,
    warnings,
    duckdb: session ?? (() => own ??= open()),
    progress: () => opened?.progress().share ?? null,
    async [Symbol.asyncDispose]() {
      await own?.catch(() => undefined); // who opened it reported it
      await opened?.[Symbol.asyncDispose]();
    },
  });
}
