import assert from "node:assert/strict";
import { eventLine } from "../../runtime/commands/view/event_line.ts";
import { jsonLine, textLine } from "../../runtime/commands/view/log_lines.ts";
import { reportTable } from "../../runtime/commands/view/report_table.ts";
import type { ErrorReport, HookReport, PipelineReport, RunEvent, StreamReport } from "../../runtime/store/event.ts";

const ERROR: ErrorReport = {
  code: "connection.lost",
  failure: "transient",
  phase: "moving",
  message: "the server is gone",
  path: null,
  line: null,
  col: null,
  column: null,
  hint: "run again",
};
const RETRY: RunEvent = {
  run: "r1",
  at: 0,
  kind: "retry",
  pipeline: "shop",
  stream: "orders",
  attempt: 2,
  attempts: 3,
  seconds: 1.94,
  error: ERROR,
};
const HOOK: HookReport = {
  on: "destination",
  when: "after",
  sql: "ANALYZE orders",
  status: "ok",
  seconds: 0.04,
  error: null,
};

Deno.test("a wait before another attempt is a warning with its reason", () => {
  const { level, stream, message } = eventLine(RETRY);
  assert.deepEqual([level, stream, message], [
    "warn",
    "orders",
    "retrying in 1.9 s (attempt 2 of 3): connection.lost: the server is gone",
  ]);
  assert.match(eventLine({ ...RETRY, seconds: 0 }).message, /^retrying at once /);
  const { attempt, attempts, seconds, error, event } = JSON.parse(jsonLine(RETRY));
  assert.deepEqual([event, attempt, attempts, seconds, error.code], ["retry", 2, 3, 1.94, "connection.lost"]);
});

Deno.test("a hook is a line with its statement, and its error where it failed", () => {
  const event = (report: HookReport): RunEvent => ({ run: "r1", at: 0, kind: "hook.ended", pipeline: "shop", report });
  assert.match(textLine(event(HOOK)), / info {2}hook after the load on the destination ok in 40 ms: ANALYZE orders\n$/);
  const failed = event({ ...HOOK, status: "failed", error: ERROR });
  assert.match(
    textLine(failed),
    / error hook after the load on the destination failed: connection\.lost: .*: ANALYZE orders\n$/,
  );
});

Deno.test("the report tells of hooks, and of what concerns a pipeline as a whole", () => {
  const stream: StreamReport = {
    name: "orders",
    target: "t",
    status: "ok",
    read: 2,
    written: 2,
    filtered: 0,
    rejected: 0,
    inserted: 2,
    updated: 0,
    deleted: 0,
    unchanged: 0,
    bytes: null,
    seconds: 1,
    cursor: null,
    warnings: [],
    error: null,
  };
  const pipeline: PipelineReport = {
    name: "shop",
    status: "failed",
    streams: [stream],
    hooks: [HOOK, { ...HOOK, status: "failed", error: ERROR }, { ...HOOK, status: "skipped", seconds: 0 }],
    warnings: ["retrying in 1.9 s (attempt 2 of 3): the server is gone"],
    error: ERROR,
  };
  const [, ...notes] = reportTable({ pipelines: [pipeline], seconds: 1 }, { width: 80 }).split("\n\n");
  assert.equal(
    notes.join("\n"),
    "  shop: 1 hook ran in 40 ms, 1 failed, 1 skipped\n" +
      "! shop: retrying in 1.9 s (attempt 2 of 3): the server is gone\n" +
      "✗ shop: connection.lost\n  the server is gone\n  hint: run again\n",
  );
});
