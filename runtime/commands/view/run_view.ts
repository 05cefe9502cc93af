import type { Emit } from "../../store/event.ts";
import type { Terminal } from "../terminal.ts";
import { makeLogLines } from "./log_lines.ts";
import { makeProgress } from "./progress.ts";

/** How a run is shown while it goes on: live lines where there is a terminal for them, else log lines. */
export function makeRunView(terminal: Terminal): Emit {
  return terminal.live ? makeProgress(terminal) : makeLogLines(terminal);
}
