import { join } from "node:path";
import { DtegError, systemReason } from "../../sdk/mod.ts";
import { type Database, openDatabase } from "./db.ts";
import type { LogLevel, RunEvent } from "./event.ts";
import { thisProcess } from "./process_mark.ts";
import { openRejectStore, type RejectStore } from "./reject_store.ts";
import { levelOf, rankOf, recordOf, type RunRecord, type RunSummary } from "./run_record.ts";
import { findRun, listRuns, loadRun, type RunFilter, statusOf } from "./run_rows.ts";

/** How much to keep. */
export interface Keep {
  readonly days?: number;
  readonly bytes?: number;
}

/**
 * The record of runs of one folder: `runs.db` in it, and their rejected rows beside, opened at the first call. Several processes may use it at once.
 * Every method throws a DtegError `environment.store` when the file cannot be used; reading makes no file.
 */
export interface RunStore extends Disposable {
  /** Keeps what an event tells; durable against a killed process when it returns. */
  record(event: RunEvent): void;
  /** The newest first; by default 20. */
  list(filter?: RunFilter): readonly RunSummary[];
  /** A run by its id, by the beginning of one, or `last`. Throws `run.not_found` and `run.ambiguous`. */
  show(id: string): RunRecord;
  /** The events of a run that a log shows, in order, from a level up. */
  logs(id: string, options?: { readonly level?: LogLevel }): readonly RunEvent[];
  /** Removes the oldest runs that are over; gives how many. By default those older than 30 days, or over 5 GB. */
  prune(keep?: Keep): number;
  /** The rows that its runs set aside. */
  readonly rejects: RejectStore;
}

const DAY_MS = 86_400_000;
const PROGRESS_MS = 1_000;
const RUNTIME = `deno ${Deno.version.deno}, ${Deno.build.os} ${Deno.build.arch}`;

/** The record of runs in a folder. */
export function openRunStore(folder: string): RunStore {
  const path = join(folder, "runs.db");
  let opened: Database | undefined;
  const writable = () => opened ??= openIn(folder, path);
  const readable = () => opened ?? (exists(path) ? writable() : undefined);
  const known = new Set<string>();
  const progressAt = new Map<string, number>();
  const rejects = openRejectStore(folder);

  return {
    rejects,
    record(event) {
      if (event.kind === "stream.progress") {
        const stream = JSON.stringify([event.run, event.pipeline, event.stream]);
        if (event.at - (progressAt.get(stream) ?? 0) < PROGRESS_MS) return;
        progressAt.set(stream, event.at);
      }
      const db = writable();
      db.transaction(() => {
        if (!known.has(event.run)) begin(db, event);
        keep(db, event);
      });
      known.add(event.run);
    },
    list(filter = {}) {
      const db = readable();
      return db ? listRuns(db, filter) : [];
    },
    show(id) {
      const { db, row } = findRun(readable(), id);
      return recordOf(loadRun(db, row));
    },
    logs(id, { level = "debug" } = {}) {
      const { db, row } = findRun(readable(), id);
      const events = db.all(
        "SELECT event FROM events WHERE run = ? AND level >= ? ORDER BY seq",
        row.id,
        rankOf(level),
      );
      return events.map((found) => JSON.parse(String(found.event)) as RunEvent);
    },
    prune({ days = 30, bytes = 5e9 } = {}) {
      rejects.prune({ days });
      const db = readable();
      return db ? pruneRuns(db, { days, bytes }) : 0;
    },
    [Symbol.dispose]() {
      opened?.[Symbol.dispose]();
      opened = undefined;
    },
  };
}

function openIn(folder: string, path: string): Database {
  try {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = systemReason(error);
    throw new DtegError("environment.store", `cannot make the folder ${JSON.stringify(folder)}: ${reason}`, {
      hint: "runs are recorded there; check its rights and the disk",
      cause: error,
    });
  }
  return openDatabase(path);
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw new DtegError("environment.store", `cannot look at ${JSON.stringify(path)}: ${(error as Error).message}`, {
      hint: "check the rights of the folder",
      cause: error,
    });
  }
}

/** A run is there with its first event, whatever that is: a warning may come before the start. */
function begin(db: Database, { run, at }: RunEvent): void {
  db.run(
    `INSERT OR IGNORE INTO runs (id, status, started, seen, version, runtime, process, pipelines)
     VALUES (?, 'running', ?, ?, '', ?, ?, '[]')`,
    ...[run, at, at, RUNTIME, JSON.stringify(thisProcess())],
  );
}

function keep(db: Database, event: RunEvent): void {
  const { run, at } = event;
  db.run("UPDATE runs SET seen = ? WHERE id = ?", at, run);
  switch (event.kind) {
    case "stream.progress":
      return db.run(
        "INSERT OR REPLACE INTO progress (run, pipeline, stream, event) VALUES (?, ?, ?, ?)",
        ...[run, event.pipeline, event.stream, JSON.stringify(event)],
      );
    case "run.started":
      db.run(
        "UPDATE runs SET started = ?, version = ?, pipelines = ? WHERE id = ?",
        ...[at, event.version, JSON.stringify(event.pipelines), run],
      );
      break;
    case "run.ended":
      db.run(
        "UPDATE runs SET status = ?, ended = ?, report = ?, error = ? WHERE id = ?",
        ...[event.report.status, at, JSON.stringify(event.report), event.error && JSON.stringify(event.error), run],
      );
      db.run("DELETE FROM progress WHERE run = ?", run);
      break;
  }
  db.run(
    "INSERT INTO events (run, kind, level, event) VALUES (?, ?, ?, ?)",
    ...[run, event.kind, rankOf(levelOf(event)), JSON.stringify(logged(event))],
  );
}

/** The configuration and the report stand in the row of the run; once is enough. */
function logged(event: RunEvent): RunEvent {
  if (event.kind !== "run.started") return event;
  return { ...event, pipelines: event.pipelines.map((pipeline) => ({ ...pipeline, config: null })) };
}

function pruneRuns(db: Database, { days, bytes }: Required<Keep>): number {
  const over = db.all("SELECT id, status, process, seen, started FROM runs ORDER BY id").filter((row) =>
    statusOf(row) !== "running"
  );
  const cutoff = Date.now() - days * DAY_MS;
  let removed = 0;
  for (const row of over) {
    if (Number(row.started) >= cutoff && usedBytes(db) <= bytes) break;
    db.run("DELETE FROM runs WHERE id = ?", row.id);
    removed++;
  }
  if (removed > 0) db.all("PRAGMA incremental_vacuum");
  return removed;
}

function usedBytes(db: Database): number {
  const [row] = db.all(
    "SELECT (page_count - freelist_count) * page_size AS used FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
  );
  return Number(row.used);
}
