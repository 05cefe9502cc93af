import type { Connector } from "../../../sdk/mod.ts";
import type { End } from "../../config/pipeline.ts";
import { duckdbMemory, usableThreads } from "../limits.ts";
import { openStage, type Stage } from "../move/session.ts";
import type { RunContext, RunRequest } from "../run_context.ts";
import { makeRunFolder } from "../run_folder.ts";
import { makeShared } from "../shared.ts";

/** What a question needs; it is asked like a run that never writes. */
export interface AskOptions
  extends
    Pick<RunRequest, "run" | "version" | "connectors" | "limits" | "tempParent" | "signal" | "mask" | "maskKey">,
    Pick<RunRequest, "limit" | "fullRefresh" | "interval"> {
  readonly warn: (text: string) => void;
}

/** The context of a question, which lets go of what it holds. */
export interface AskContext extends RunContext, AsyncDisposable {}

/** Opens the context of a question. */
export async function openAsk(options: AskOptions): Promise<AskContext> {
  const { limits, signal, connectors, warn } = options;
  const folder = await makeRunFolder(options.tempParent, options.run);
  const shared = makeShared();
  let opened: Promise<Stage> | undefined;
  const stage = () =>
    opened ??= openStage({
      memory: duckdbMemory(limits),
      threads: usableThreads(limits),
      maxTemp: limits.maxTemp,
      tempDir: folder.path,
      signal,
    });
  return {
    ...options,
    pipelines: [],
    tempDir: folder.path,
    stage,
    shared,
    emit: () => {},
    confirm: () => Promise.resolve(undefined),
    tell: (event) => {
      if (event.kind === "log" && event.level === "warn") warn(event.message);
    },
    connectorOf: (end) => connectorOf(end, connectors),
    async [Symbol.asyncDispose]() {
      await shared[Symbol.asyncDispose]();
      const stage = await opened?.catch(() => undefined); // its failure has been reported by who opened it
      await stage?.[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const connectorOf = ({ connector }: End, connectors: readonly Connector[]): Connector =>
  connectors.find(({ name }) => name === connector)!;
