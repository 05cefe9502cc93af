/**
 * The statements that bring a store from one version to the next; the version is how many were run (`user_version`).
 * A step that was released never changes.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE runs (
     id TEXT PRIMARY KEY,
     status TEXT NOT NULL,
     started INTEGER NOT NULL,
     ended INTEGER,
     seen INTEGER NOT NULL,
     version TEXT NOT NULL,
     runtime TEXT NOT NULL,
     process TEXT NOT NULL,
     pipelines TEXT NOT NULL,
     report TEXT,
     error TEXT
   ) STRICT;
   CREATE TABLE events (
     seq INTEGER PRIMARY KEY,
     run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
     kind TEXT NOT NULL,
     level INTEGER NOT NULL,
     event TEXT NOT NULL
   ) STRICT;
   CREATE INDEX events_of_run ON events (run, seq);
   CREATE TABLE progress (
     run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
     pipeline TEXT NOT NULL,
     stream TEXT NOT NULL,
     event TEXT NOT NULL,
     PRIMARY KEY (run, pipeline, stream)
   ) STRICT, WITHOUT ROWID;`,
];
