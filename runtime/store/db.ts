import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { DtegError, systemReason } from "../../sdk/mod.ts";
import { MIGRATIONS } from "./migrations.ts";

/** A row of a result by column name. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** An open store. Every failure is a DtegError `environment.store`. */
export interface Database extends Disposable {
  run(sql: string, ...values: readonly SQLInputValue[]): void;
  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[];
  /** All of it or nothing; other writers wait. */
  transaction<T>(act: () => T): T;
}

const BUSY_MS = 5_000;
const BUSY = /database( table)? is locked/;
/** What to do, by SQLite's own words: not every error of node:sqlite carries its number. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/disk is full/, "make room on that disk"],
  [BUSY, "another process holds the file; try again when it is done"],
  [/not a database|malformed/, "the file is damaged; move it away and a new one is made"],
  [/(?:)/, "check that the folder can be written by this user and has room"],
];

/**
 * Opens the database of a file, makes it (mode 0600) where there is none, and brings it to this version's tables.
 * Writes are durable against a killed process at once; a machine that loses power may lose the last ones, never the file.
 */
export function openDatabase(path: string): Database {
  return attempt(path, () => {
    createPrivate(path);
    const sqlite = new DatabaseSync(path);
    try {
      sqlite.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA synchronous = NORMAL`);
      migrate(sqlite, path);
    } catch (error) {
      sqlite.close();
      throw error;
    }
    return database(sqlite, path);
  });
}

function database(sqlite: DatabaseSync, path: string): Database {
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string) => {
    const known = statements.get(sql) ?? sqlite.prepare(sql);
    statements.set(sql, known);
    return known;
  };
  return {
    run: (sql, ...values) => attempt(path, () => void prepare(sql).run(...values)),
    all: (sql, ...values) => attempt(path, () => prepare(sql).all(...values)),
    transaction: (act) => attempt(path, () => inTransaction(sqlite, act)),
    [Symbol.dispose]: () => attempt(path, () => sqlite.close()),
  };
}

function inTransaction<T>(sqlite: DatabaseSync, act: () => T): T {
  sqlite.exec("BEGIN IMMEDIATE"); // a deferred one fails at once, without waiting, when another writes meanwhile
  try {
    const result = act();
    sqlite.exec("COMMIT");
    return result;
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
    throw error;
  }
}

/** SQLite gives its -wal and -shm files the mode of this one. */
function createPrivate(path: string): void {
  try {
    Deno.openSync(path, { createNew: true, write: true, mode: 0o600 }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

function migrate(sqlite: DatabaseSync, path: string): void {
  const version = () => Number(sqlite.prepare("PRAGMA user_version").get()?.user_version);
  if (version() === MIGRATIONS.length) return;
  if (version() === 0) sqlite.exec("PRAGMA auto_vacuum = INCREMENTAL"); // only before the first table
  useWal(sqlite);
  inTransaction(sqlite, () => {
    const done = version(); // another process may have been faster
    if (done > MIGRATIONS.length) {
      throw new DtegError("environment.store", `cannot use the record of runs ${quote(path)}: a newer dteg made it`, {
        hint: `use that dteg, or move the file away; this one knows version ${MIGRATIONS.length}, the file has ${done}`,
      });
    }
    for (const statements of MIGRATIONS.slice(done)) sqlite.exec(statements);
    sqlite.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

/** The switch to WAL does not wait for the busy timeout, so it is tried until another process that does the same is done. */
function useWal(sqlite: DatabaseSync): void {
  const end = Date.now() + BUSY_MS;
  for (;;) {
    try {
      return sqlite.exec("PRAGMA journal_mode = WAL");
    } catch (error) {
      if (!BUSY.test(String(error)) || Date.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof DtegError) throw error;
    const reason = systemReason(error);
    throw new DtegError("environment.store", `cannot use the record of runs ${quote(path)}: ${reason}`, {
      hint: HINTS.find(([pattern]) => pattern.test(reason))?.[1],
      cause: error,
    });
  }
}

function quote(path: string): string {
  return JSON.stringify(path);
}
