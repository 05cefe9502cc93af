import assert from "node:assert/strict";
import { DuckDBInstance } from "@duckdb/node-api";
import { duckdbConnector } from "../../plugins/duckdb/mod.ts";
import { fileConnector } from "../../plugins/file/mod.ts";
import { columnType } from "../../runtime/config/form/column_type.ts";
import type { Mask, PipelineStream } from "../../runtime/config/pipeline.ts";
import { runPipelines } from "../../runtime/engine/run.ts";
import { openRejectStore, type RejectSink, type RejectStore } from "../../runtime/store/reject_store.ts";
import type { RunEvent, StreamReport } from "../../runtime/store/event.ts";
import { DtegError, type OnLoss } from "../../sdk/mod.ts";

/** What one load is asked to do, in the words of a pipeline file. */
export interface LoadOptions {
  /** Settings of the source, as `delimiter`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly columns?: Readonly<
    Record<
      string,
      {
        readonly as?: string;
        readonly type?: string;
        readonly drop?: boolean;
        readonly mask?: Mask;
        readonly onLoss?: OnLoss;
      }
    >
  >;
  readonly stream?: Partial<PipelineStream>;
  readonly limit?: number;
  /** Takes the rows that are set aside in place of the bench. */
  readonly sink?: RejectSink;
  /** Bytes of memory. */
  readonly memory?: number;
  /** The streams that are wanted. */
  readonly only?: readonly string[];
  /** The key of `mask: hash`. */
  readonly maskKey?: string;
  /** Name of the target; its ending says the format. */
  readonly to?: string;
  readonly toSettings?: Readonly<Record<string, unknown>>;
  /** Called once, while rows move. */
  readonly whileMoving?: () => void;
  /** The event of the run at which Ctrl-C comes. */
  readonly interruptAt?: RunEvent["kind"];
}

export interface Loaded {
  readonly report: StreamReport | undefined;
  readonly error: DtegError | undefined;
  /** All events of the run, as JSON. */
  readonly told: string;
}

/** A folder of a test with a product in it: loads run in this process, from source. */
export interface Bench extends AsyncDisposable {
  readonly folder: string;
  write(name: string, content: string | Uint8Array): Promise<void>;
  load(from: string, options?: LoadOptions): Promise<Loaded>;
  /** The rows that its loads set aside. */
  readonly rejects: RejectStore;
  /** Where they lie. */
  readonly state: string;
}

const CONNECTORS = [fileConnector, duckdbConnector];

export async function openBench(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<Bench> {
  const folder = await Deno.makeTempDir({ prefix: "dteg-engine-" });
  const temp = await Deno.makeTempDir({ prefix: "dteg-engine-temp-" });
  const write = async (name: string, content: string | Uint8Array) => {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  };
  for (const [name, content] of Object.entries(files)) await write(name, content);
  let loads = 0;
  const rejects = openRejectStore(`${temp}/state`);
  return {
    folder,
    rejects,
    state: `${temp}/state`,
    write,
    async load(from, options = {}) {
      let moving = options.whileMoving;
      const interrupt = new AbortController();
      const told: string[] = [];
      const { report, error } = await runPipelines({
        run: `t${++loads}`,
        version: "test",
        pipelines: [pipelineOf(from, { folder, options })],
        connectors: CONNECTORS,
        limits: { threads: 2, memory: options.memory ?? 1e9 },
        tempParent: temp,
        signal: interrupt.signal,
        emit: (event) => {
          told.push(JSON.stringify(event));
          const { kind } = event;
          if (kind === options.interruptAt) interrupt.abort("SIGINT");
          if (kind !== "stream.progress") return;
          moving?.();
          moving = undefined;
        },
        mask: (text) => text,
        maskKey: () => Promise.resolve(options.maskKey ?? "0123456789abcdef0123456789abcdef"),
        limit: options.limit,
        rejects: () => Promise.resolve(options.sink ?? rejects),
        confirm: () => Promise.resolve(true),
      });
      return { report: report.pipelines[0]?.streams[0], error, told: told.join("\n") };
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
      await Deno.remove(temp, { recursive: true });
    },
  };
}

function pipelineOf(from: string, { folder, options }: { folder: string; options: LoadOptions }) {
  const { settings = {}, columns = {}, stream = {}, to = "out.duckdb", toSettings = {} } = options;
  const connectorOf = (path: string) => path.endsWith(".duckdb") ? "duckdb" : "file";
  const connector = connectorOf(to);
  return {
    name: "test",
    path: null,
    source: { connector: connectorOf(from), config: { path: from, ...settings }, label: from, folder },
    destination: { connector, config: { path: to, ...toSettings }, label: to, folder },
    streams: [{
      name: null,
      into: connector === "duckdb" ? "t" : undefined,
      write: "replace" as const,
      key: [],
      select: [],
      columns: Object.entries(columns).map(([name, { as, type, drop = false, mask, onLoss }]) => ({
        name,
        as,
        drop,
        mask,
        ...(onLoss && { onLoss }),
        type: type === undefined ? undefined : columnType(type),
      })),
      adopt: true,
      numbers: "number" as const,
      table: {},
      settings: {},
      ...stream,
    }],
    only: options.only,
    settings: {},
    onError: "continue" as const,
    tags: [],
  };
}

/** A table as its exact text; NULL is null. */
export interface Content {
  readonly types: Readonly<Record<string, string>>;
  readonly rows: readonly (readonly (string | null)[])[];
}

let reader: Promise<DuckDBInstance> | undefined;

/** Reads with DuckDB alone, in the order of the rows. Columns by their place, so that names may be anything. */
export async function readBack(from: string, attach: string[] = []): Promise<Content> {
  const instance = await (reader ??= DuckDBInstance.create(":memory:", { threads: "1" }));
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    for (const sql of attach) await connection.run(sql);
    const described = await connection.runAndReadAll(`DESCRIBE FROM ${from}`);
    const columns = described.getRows().map(([name, type]) => [String(name), String(type)] as const);
    const places = columns.map((_, index) => `c${index}`);
    const list = places.map((place) => `CAST(${place} AS VARCHAR)`).join(", ");
    const result = await connection.runAndReadAll(`SELECT ${list} FROM ${from} t(${places.join(", ")})`);
    return { types: Object.fromEntries(columns), rows: result.getRows() as (string | null)[][] };
  } finally {
    for (const sql of attach) await connection.run(sql.replace(/^ATTACH .* AS (\w+).*$/, "DETACH $1"));
    connection.closeSync();
  }
}

/** Writes a query to a file with DuckDB alone. */
export async function writeQuery(query: string, path: string, options: string): Promise<void> {
  const connection = await (await (reader ??= DuckDBInstance.create(":memory:", { threads: "1" }))).connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(`COPY (${query}) TO '${path}' (${options})`);
  connection.closeSync();
}

/** A DuckDB file with the rows of a query as table `t`, made with DuckDB alone. */
export async function makeDatabase(path: string, query: string): Promise<void> {
  const instance = await DuckDBInstance.create(path, { threads: "1" });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(`CREATE TABLE t AS ${query}`);
  connection.closeSync();
  instance.closeSync();
}

let databases = 0;

/** The table `t` of a DuckDB file. */
export function readDatabase(path: string): Promise<Content> {
  const name = `back${++databases}`;
  return readBack(`${name}.t`, [`ATTACH '${path.replaceAll("'", "''")}' AS ${name} (READ_ONLY)`]);
}

/** Loads one file into DuckDB and reads the table with another client; an error in place of rows where the load was refused. */
export async function loadRows(
  name: string,
  content: string | Uint8Array,
  options: LoadOptions = {},
): Promise<Content | DtegError> {
  await using bench = await openBench({ [name]: content });
  const { error } = await bench.load(name, options);
  return error ?? await readDatabase(`${bench.folder}/out.duckdb`);
}

/** What a file must become, or the error that refuses it. */
export type Wanted =
  | { readonly types?: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly code: string; readonly line?: number; readonly column?: string };

export interface Case {
  readonly name?: string;
  readonly content: string | Uint8Array;
  readonly options?: LoadOptions;
  readonly wanted: Wanted;
}

/** One test a case: the rows of the file in a DuckDB table, all of them, or the refusal. */
export function testCases(format: string, cases: Readonly<Record<string, Case>>): void {
  for (const [rule, { name = `in.${format}`, content, options, wanted }] of Object.entries(cases)) {
    Deno.test(`${format}: ${rule}`, async () => {
      const found = await loadRows(name, content, options);
      if ("code" in wanted) {
        assert.ok(found instanceof DtegError, `loaded: ${JSON.stringify(found).slice(0, 500)}`);
        const { code, line, column } = found;
        assert.deepEqual({ code, ...("line" in wanted && { line }), ...("column" in wanted && { column }) }, wanted);
        assert.ok(found.message.length < 600, found.message);
        return;
      }
      if (found instanceof DtegError) throw found;
      assert.deepEqual(found.rows, wanted.rows);
      if (wanted.types) assert.deepEqual(Object.values(found.types), wanted.types);
    });
  }
}
