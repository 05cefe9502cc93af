import type { Mutation } from "./mutations.ts";

const ORDER = "tests/engine/commit/order_test.ts";
const FAILS = "a commit that fails moves neither rows nor the cursor, and leaves no staging table";
const DUCKDB = "plugins/duckdb/write/table_writer.ts";

/** Each is a way to lose rows, to load them twice or to leave something behind when a load goes wrong. */
export const DELIVERY_MUTATIONS: readonly Mutation[] = [
  {
    name: "the fence of a file is skipped",
    file: "plugins/file/write/file_lease.ts",
    find: "if (held?.token === lease.token && held.owner === lease.owner) return;",
    replace: "return;",
    testFile: "tests/lease/file_test.ts",
    test: "a file: one writer",
  },
  {
    name: "the fence of PostgreSQL is skipped",
    file: "plugins/postgres/state/lease.ts",
    find: "if (rows.length > 0) return;",
    replace: "return;",
    testFile: "tests/lease/postgres_test.ts",
    test: "postgres: one writer a table",
  },
  {
    name: "the cursor moves although not all was read",
    file: "runtime/engine/load.ts",
    find: "position: staysPut ? start?.before : position",
    replace: "position",
    testFile: ORDER,
    test: "a run that reads only some rows does not move the cursor",
  },
  {
    name: "the cursor moves before the rows are there",
    file: DUCKDB,
    find: 'await session.run("BEGIN");\n        try {',
    replace: 'await writeState(session, place, mark);\n        await session.run("BEGIN");\n        try {',
    testFile: ORDER,
    test: FAILS,
  },
  {
    name: "the staging table is forgotten",
    file: DUCKDB,
    find: "if (isStaged) await drop();",
    replace: "",
    testFile: ORDER,
    test: FAILS,
  },
  {
    name: "a file gets its name before it is on the disk",
    file: "plugins/file/write/file_writer.ts",
    find: "await Promise.all([hashFile(staged), syncFile(staged)]);",
    replace: "await Promise.all([hashFile(staged)]);",
    testFile: ORDER,
    test: "a file is on the disk before it gets its name, and so is its name before the load is over",
  },
  {
    name: "a file is read from beyond the last value on",
    file: "runtime/engine/cursor/staged_rows.ts",
    find: "${ref} >= ${from(value)} OR",
    replace: "${ref} > ${from(value)} OR",
    testFile: "tests/cursor/staged_test.ts",
    test: "a file that grows is read from the last value on, and equal rows of that value are counted",
  },
  {
    name: "PostgreSQL is read from beyond the last value on",
    file: "plugins/postgres/read/cursor_read.ts",
    find: "fresh: `(${ref} >= ${bound}${nulls})`",
    replace: "fresh: `(${ref} > ${bound}${nulls})`",
    testFile: "tests/cursor/postgres_test.ts",
    test: "an append by cursor into DuckDB gives each row once, also those of one value across runs",
  },
];
