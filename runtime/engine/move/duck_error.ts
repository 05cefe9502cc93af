import { dirname } from "node:path";
import { DtegError, nearest } from "../../../sdk/mod.ts";

/** Separates the parts of a message that our own SQL raises with `error()`. */
const MARK = "\u001f";

/** A value that our SQL refused. `kind` tells why. */
export interface RefusedValue {
  readonly kind: "guess" | "value";
  readonly column: string;
  readonly type: string;
  readonly value: string;
}

/** SQL that stops the query and names a value: the other half of {@linkcode duckError}. */
export function refuse(refused: Omit<RefusedValue, "value">, expression: string): string {
  const head = ["dteg", refused.kind, refused.column, refused.type, ""].join(MARK).replaceAll("'", "''");
  return `error('${head}' || left(CAST(${expression} AS VARCHAR), 200))`;
}

/** What was refused, when an error of DuckDB carries our mark. */
export function refusedValue(message: string): RefusedValue | undefined {
  const at = message.indexOf(`dteg${MARK}`);
  if (at < 0) return undefined;
  const [, kind, column, type, ...value] = message.slice(at).split(MARK);
  return { kind: kind === "guess" ? "guess" : "value", column, type, value: value.join(MARK) };
}

interface Context {
  readonly sql: string;
  readonly tempDir: string;
  /** Bytes that DuckDB may hold. */
  readonly memory: number;
}

type Rule = readonly [pattern: RegExp, make: (match: RegExpExecArray, text: string, context: Context) => DtegError];

const RULES: readonly Rule[] = [
  [
    /(?:file "([^"]+)".*)?(?:No space left on device)|failed to offload data block|max_temp_directory_size/is,
    ([, file], text, { tempDir }) =>
      file === undefined || file.startsWith(`${tempDir}/`)
        ? new DtegError(
          "environment.disk_full",
          `cannot write temporary files: their disk is full, or --max-temp is reached: ${firstLine(text)}`,
          { hint: "make room on the disk, or point TMPDIR to another one" },
        )
        : new DtegError("environment.disk_full", `cannot write into "${dirname(file)}": no space left on its disk`, {
          hint: "make room there, then run again",
        }),
  ],
  [
    /Maximum line size of (\d+) bytes exceeded/i,
    (match, text) =>
      new DtegError("csv.invalid", `cannot read a row of more than ${match[1]} bytes: ${firstLine(text)}`, {
        hint: "a quote that is never closed makes such rows too: check `quote` and `escape`",
      }),
  ],
  [
    /Out of Memory Error|could not allocate|failed to (allocate|pin)/i,
    (_, text, { memory }) =>
      new DtegError(
        "environment.memory",
        `the load needs more than the ${Math.round(memory / 1e6)} MB that DuckDB has of --max-memory: ${
          firstLine(text)
        }`,
        {
          hint: "give more with --max-memory, or fewer --threads",
        },
      ),
  ],
  [
    /(?:server closed the connection|connection to server .* (?:failed|was lost)|could not (?:receive|send) data|SSL SYSCALL error|no connection to the server|lost synchronization).*/is, // libpq's words, in an extension
    ([said]) =>
      new DtegError("connection.lost", `the connection is lost: ${said.trim().replaceAll(/\s*\n\s*/g, "; ")}`, {
        hint: "the server or the network ended the connection: run again",
      }),
  ],
  [
    /Could not set lock on file "([^"]+)".*?(?:held in (.+?) \(PID (\d+)\))?(?: by user (\S+))?\./s,
    (match) =>
      new DtegError(
        "target.locked",
        `cannot open "${match[1]}": ${
          match[3] ? `process ${match[3]} (${match[2]}) holds it` : "another process holds it"
        }`,
        {
          hint: "DuckDB allows one writing process a file: close it there, or wait",
        },
      ),
  ],
  [
    /Cannot open file "([^"]+)": Permission denied/,
    (match) =>
      new DtegError("file.permission", `cannot open "${match[1]}": permission denied`, {
        hint: "check the rights of the file and its folder",
      }),
  ],
  [
    /Cannot open file "([^"]+)": (Read-only file system)/,
    (match) => new DtegError("target.read_only", `cannot write "${match[1]}": ${match[2]}`),
  ],
  [
    /Cannot open file "([^"]+)": No such file or directory/,
    (match) => new DtegError("file.not_found", `cannot open "${match[1]}": there is no such file or folder`),
  ],
  [
    /Cannot launch in-memory database in read-only mode/, // DuckDB takes a file of another format for a view of it
    () =>
      new DtegError("duckdb.invalid", "the file is no DuckDB database", {
        hint: "a file of data is read by its path alone, or as csv://PATH, json://PATH or parquet://PATH",
      }),
  ],
  [
    /not a valid DuckDB database file|Trying to read a database file with version|Corrupt database file/i,
    (_, text) =>
      new DtegError("duckdb.invalid", firstLine(text), {
        hint:
          "check that the path names a DuckDB database, and that no newer DuckDB wrote it; a damaged one comes back from a copy",
      }),
  ],
];

/** An error of DuckDB as one of ours. What no rule knows is `query.failed`, with DuckDB's own words. */
export function duckError(thrown: unknown, context: Context): DtegError {
  if (thrown instanceof DtegError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const refused = refusedValue(text);
  if (refused) {
    const code = refused.kind === "guess" ? "data.guess" : "data.value";
    return new DtegError(
      code,
      `column "${refused.column}" holds ${JSON.stringify(refused.value)}, which is no ${refused.type}`,
      {
        column: refused.column,
        hint: `declare a type that fits, as columns: { ${refused.column}: { type: text } }, or mend the value`,
        cause: thrown,
      },
    );
  }
  for (const [pattern, make] of RULES) {
    const match = pattern.exec(text);
    if (match) return make(match, text, context).with({ cause: thrown });
  }
  return sqlFault(text.split("\n\nLINE ")[0].trim(), thrown);
}

/** A fault in SQL: what is wrong, and in the hint what DuckDB proposes. */
function sqlFault(text: string, cause: unknown): DtegError {
  const [, kind, said] = /^(Parser|Binder|Catalog) Error: (.*)$/s.exec(text) ?? [];
  if (kind === undefined) return new DtegError("query.failed", text, { cause });
  const [first, ...rest] = said.replace(/!(?=\n|$)/, "").split("\n");
  const column = /^Referenced column "(.+)" not found in FROM clause/.exec(first)?.[1];
  const candidates = [.../"((?:[^"]|"")+)"/g[Symbol.matchAll](rest.join(" "))].map(([, name]) => name);
  const proposed = rest.join(" ").replace(/^Did you mean "(.+)"\?$/, "did you mean $1?");
  if (column === undefined) {
    return new DtegError("query.failed", first.replace(/\.$/, ""), { cause, ...(proposed && { hint: proposed }) });
  }
  const near = nearest(column, candidates.map((name) => name.split(".").at(-1) ?? name));
  return new DtegError("column.unknown", `there is no column ${JSON.stringify(column)}`, {
    cause,
    column,
    ...(candidates.length > 0 && { hint: near ? `did you mean ${near}?` : `there are ${candidates.join(", ")}` }),
  });
}

function firstLine(text: string): string {
  return text.split("\n")[0];
}
