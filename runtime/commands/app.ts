import type { Connector } from "../../sdk/mod.ts";
import type { RunStore } from "../store/run_store.ts";
import type { Terminal } from "./terminal.ts";

/** All that a command may use; made by main.ts. */
export interface App {
  readonly version: string;
  readonly connectors: readonly Connector[];
  /** The real environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The current folder, absolute. */
  readonly folder: string;
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C and SIGTERM; `reason` is the signal's name. */
  readonly signal: AbortSignal;
  /** Opened at first use. */
  store(): Promise<RunStore>;
}
