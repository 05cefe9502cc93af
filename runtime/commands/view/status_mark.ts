import type { RunStatus, StreamStatus } from "../../store/event.ts";
import type { Style } from "../style.ts";

const MARKS: Readonly<Record<StreamStatus | RunStatus, string>> = {
  ok: "✓",
  failed: "✗",
  partial: "✗",
  skipped: "-",
  cancelled: "-",
  lost: "?",
  queued: "·",
  running: "·",
};

/** One character for a status. */
export function markOf(status: StreamStatus | RunStatus): string {
  return MARKS[status];
}

/** The colour of a status. */
export function paintOf(status: StreamStatus | RunStatus, style: Style): (text: string) => string {
  switch (status) {
    case "ok":
      return style.green;
    case "failed":
    case "lost":
      return style.red;
    case "running":
    case "queued":
      return style.cyan;
    default:
      return style.yellow;
  }
}
