import type { Connector } from "../../sdk/mod.ts";
import type { RunStore } from "../store/run_store.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Terminal } from "./terminal.ts";

/** What main.ts knows of this process and of what dteg is made of. */
export interface App {
  readonly version: string;
  /** The real environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The current folder, absolute. */
  readonly folder: string;
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C and SIGTERM; `reason` is the signal's name. */
  readonly signal: AbortSignal;
  readonly commands: Catalogue;
  /** Loaded at first use. */
  connectors(): Promise<readonly Connector[]>;
  /** Opened at first use. */
  store(): Promise<RunStore>;
}
