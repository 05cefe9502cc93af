import { DtegError, nearest } from "../../sdk/mod.ts";
import type { Database, Row } from "./db.ts";
import type { PipelineStart, RunEvent, RunStatus } from "./event.ts";
import { lifeOf, type ProcessMark } from "./process_mark.ts";
import { type RunSummary, type StoredRun, summaryOf } from "./run_record.ts";

/** Which runs to list. */
export interface RunFilter {
  readonly limit?: number;
  readonly status?: RunStatus;
  /** Name of a pipeline. */
  readonly pipeline?: string;
}

/** A run of another container counts as lost when it was silent for so long; its process cannot be asked for. */
const SILENCE_MS = 15 * 60_000;
const COLUMNS = "id, status, started, ended, seen, version, runtime, process, pipelines, report, error";

/** The newest runs first. */
export function listRuns(db: Database, { limit = 20, status, pipeline }: RunFilter): readonly RunSummary[] {
  const stored = status === "lost" ? "running" : status; // `lost` is found out, never stored
  const rows = db.all(
    `SELECT ${COLUMNS} FROM runs
     WHERE (?1 IS NULL OR status = ?1)
       AND (?2 IS NULL OR EXISTS (SELECT 1 FROM json_each(pipelines) WHERE json_extract(value, '$.name') = ?2))
     ORDER BY id DESC LIMIT ?3`,
    ...[stored ?? null, pipeline ?? null, stored === "running" ? -1 : limit],
  );
  return rows.filter((row) => status === undefined || statusOf(row) === status).slice(0, limit)
    .map((row) => summaryOf(loadRun(db, row)));
}

/** The row of a run by its id, by the beginning of one, or `last`. Throws `run.not_found` and `run.ambiguous`. */
export function findRun(db: Database | undefined, id: string): { readonly db: Database; readonly row: Row } {
  if (!db) throw notFound(id, []);
  const rows = id === "last"
    ? db.all(`SELECT ${COLUMNS} FROM runs ORDER BY id DESC LIMIT 1`)
    : db.all(`SELECT ${COLUMNS} FROM runs WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id DESC LIMIT 4`, id);
  const row = rows.find((found) => found.id === id) ?? rows[0];
  if (!row || id === "") throw notFound(id, db.all("SELECT id FROM runs ORDER BY id DESC LIMIT 1000"));
  if (rows.length > 1 && row.id !== id) {
    const ids = rows.slice(0, 3).map((found) => found.id).join(", ");
    throw new DtegError("run.ambiguous", `${JSON.stringify(id)} begins the ids of several runs: ${ids}`, {
      hint: "give more of the id",
    });
  }
  return { db, row };
}

function notFound(id: string, rows: readonly Row[]): DtegError {
  if (rows.length === 0) {
    return new DtegError("run.not_found", "there are no runs yet", { hint: "`dteg run FILE` makes one" });
  }
  const ids = rows.map((row) => String(row.id));
  const close = nearest(id, ids.map((other) => other.slice(0, id.length)));
  const meant = close && ids.find((other) => other.startsWith(close));
  return new DtegError("run.not_found", `there is no run ${JSON.stringify(id)}`, {
    hint: `${meant ? `did you mean ${meant}? ` : ""}\`dteg runs list\` shows them`,
  });
}

/** All that is stored of the run of a row. */
export function loadRun(db: Database, row: Row): StoredRun {
  const ended = row.report !== null;
  const events = ended ? [] : db.all(
    "SELECT event FROM events WHERE run = ? AND kind IN ('stream.started', 'stream.ended') ORDER BY seq",
    row.id,
  );
  const progress = ended ? [] : db.all("SELECT event FROM progress WHERE run = ?", row.id);
  return {
    run: String(row.id),
    status: statusOf(row),
    started: Number(row.started),
    ended: row.ended === null ? null : Number(row.ended),
    version: String(row.version),
    runtime: String(row.runtime),
    pid: parse<ProcessMark>(row.process).pid,
    pipelines: parse<readonly PipelineStart[]>(row.pipelines),
    report: ended ? parse<StoredRun["report"]>(row.report) : null,
    error: row.error === null ? null : parse<StoredRun["error"]>(row.error),
    events: events.map((found) => parse<RunEvent>(found.event)),
    progress: progress.map((found) => parse<RunEvent>(found.event)),
  };
}

/** The status of the run of a row: one whose process is gone is lost. */
export function statusOf(row: Row): RunStatus {
  if (row.status !== "running") return row.status as RunStatus;
  const life = lifeOf(parse<ProcessMark>(row.process));
  if (life === "unknown") return Date.now() - Number(row.seen) > SILENCE_MS ? "lost" : "running";
  return life === "alive" ? "running" : "lost";
}

function parse<T>(json: Row[string]): T {
  return JSON.parse(String(json)) as T;
}
