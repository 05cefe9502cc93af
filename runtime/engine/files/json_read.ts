import {
  type DataType,
  DtegError,
  type DuckSession,
  type FilesBatch,
  type Row,
  type ScanBatch,
} from "../../../sdk/mod.ts";
import { quoteName, quoteText } from "../../../sdk/mod.ts";
import { globSafe } from "./csv_call.ts";
import { columnAliases } from "../move/column_refs.ts";
import { guessTypes } from "../text/guess.ts";
import { explainJson } from "./json_explain.ts";
import { markNumbers, NUMBER_MARK, RISKY_NUMBER } from "./json_numbers.ts";
import { parseText } from "../text/parse_text.ts";
import type { FilesRequest, ResolvedFiles } from "./resolve_files.ts";

/** How the records of a file stand in it. */
type Layout = "newline_delimited" | "array" | "unstructured";

interface JsonFile {
  readonly path: string;
  readonly name: string;
  readonly layout: Layout;
}

type Kind = "number" | "text" | "bool" | "nested";

/** JSON files as a query. All records are looked at first, since a key may come late and a type may change at any place. */
export async function resolveJson(session: DuckSession, request: FilesRequest): Promise<ResolvedFiles> {
  const { batch } = request;
  let files: readonly JsonFile[] = await Promise.all(
    batch.paths.map((path, index) => layoutOf(path, { batch, index })),
  );
  const explain = (thrown: unknown) => explainJson(DtegError.from(thrown), batch);
  try {
    const found = await keysOf(session, files);
    const marked = found.risky ? await markFiles(files, request.tempDir) : 0;
    if (marked) {
      files = files.map((file, index) => ({ ...file, path: `${request.tempDir}/marked-${index}.json` }));
    }
    if (found.notObject) throw new DtegError("json.invalid", "a record is no object");
    const scan = await scanOf(session, { files, request, keys: found.keys, isMarked: marked > 0 });
    return { scan, explain };
  } catch (error) {
    throw await explain(error);
  }
}

async function layoutOf(path: string, { batch, index }: { batch: FilesBatch; index: number }): Promise<JsonFile> {
  const name = batch.names[index];
  if (batch.format === "ndjson") {
    return { path, name, layout: await firstByte(path) === 91 ? "array" : "newline_delimited" };
  }
  return { path, name, layout: await firstByte(path) === 91 ? "array" : "unstructured" };
}

/** The first byte that is no blank and no byte order mark, undefined where there is none. */
async function firstByte(path: string): Promise<number | undefined> {
  using file = await Deno.open(path);
  const buffer = new Uint8Array(65536);
  for (let count; (count = await file.read(buffer)) !== null;) {
    const found = buffer.subarray(0, count).find((byte) => ![9, 10, 13, 32, 0xef, 0xbb, 0xbf].includes(byte));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The records of all files as JSON text, one column `json`. */
function records(files: readonly JsonFile[], columns = "json"): string {
  const layouts = [...new Set(files.map(({ layout }) => layout))];
  return layouts.map((layout) => {
    const paths = files.filter((file) => file.layout === layout).map(({ path }) => globSafe(path)).join(", ");
    return `SELECT ${columns} FROM read_json_objects([${paths}], format = '${layout}', maximum_object_size = 67108864)`;
  }).join(" UNION ALL ");
}

interface Found {
  readonly keys: ReadonlyMap<string, ReadonlySet<Kind>>;
  readonly risky: boolean;
  readonly notObject: boolean;
}

async function keysOf(session: DuckSession, files: readonly JsonFile[]): Promise<Found> {
  const risky = `regexp_matches(CAST(json AS VARCHAR), ${quoteText(RISKY_NUMBER)})`;
  const numbered = `SELECT json, row_number() OVER () AS n FROM (${records(files)})`;
  const rows = await session.all(
    `SELECT CAST(json_structure(json) AS VARCHAR) AS structure, min(n) AS first, bool_or(${risky}) AS risky ` +
      `FROM (${numbered}) GROUP BY 1 ORDER BY 2`,
  );
  const keys = new Map<string, Set<Kind>>();
  for (const row of rows) addKeys(row, keys);
  const notObject = rows.some(({ structure }) => !String(structure).startsWith("{"));
  return { keys, notObject, risky: rows.some((row) => row.risky === true) };
}

function addKeys({ structure }: Row, keys: Map<string, Set<Kind>>): void {
  const parsed: unknown = JSON.parse(String(structure));
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return;
  for (const [key, value] of Object.entries(parsed)) {
    const kinds = keys.get(key) ?? new Set<Kind>();
    keys.set(key, kinds);
    const kind = kindOf(value);
    if (kind) kinds.add(kind);
  }
}

function kindOf(structure: unknown): Kind | undefined {
  if (typeof structure !== "string" || structure === "JSON") return "nested";
  if (structure === "NULL") return undefined;
  if (structure === "VARCHAR") return "text";
  return structure === "BOOLEAN" ? "bool" : "number";
}

/** Rewrites the files with marked numbers; the result is how many there were. */
async function markFiles(files: readonly JsonFile[], tempDir: string): Promise<number> {
  let count = 0;
  for (const [index, { path }] of files.entries()) {
    using source = await Deno.open(path);
    using target = await Deno.open(`${tempDir}/marked-${index}.json`, { write: true, create: true, truncate: true });
    for await (const chunk of source.readable.pipeThrough(markNumbers(() => count++))) {
      for (let at = 0; at < chunk.length;) at += await target.write(chunk.subarray(at));
    }
  }
  return count;
}

interface Scan {
  readonly files: readonly JsonFile[];
  readonly request: FilesRequest;
  readonly keys: ReadonlyMap<string, ReadonlySet<Kind>>;
  readonly isMarked: boolean;
}

async function scanOf(session: DuckSession, { files, request, keys, isMarked }: Scan): Promise<ScanBatch> {
  if (keys.size === 0) return { kind: "scan", schema: [], attach: [], query: "SELECT 1 AS nothing WHERE false" };
  const columns = [...keys].map(([name, kinds], index) => {
    const isNested = kinds.has("nested") || request.declared.get(name)?.kind === "json";
    return { name, index, kinds, isNested };
  });
  const fields = columns.map(({ name, isNested }) => ({ name, type: isNested ? "JSON" : "VARCHAR" }));
  const raw = columns.map(({ index, isNested }) => `${unmarked(`c${index}`, { isMarked, isNested })} AS k${index}`);
  const query = `SELECT ${raw.join(", ")} FROM (${rawColumns(files, fields)})`;
  const isOpen = ({ name, kinds }: typeof columns[number]) =>
    !request.declared.has(name) && kinds.size === 1 && kinds.has("number");
  const guessed = await guessTypes(session, { columns: columns.filter(isOpen).map(({ index }) => `k${index}`), query });
  const schema = columns.map(({ name, index, kinds, isNested }) => {
    const type: DataType = request.declared.get(name) ?? guessed.get(`k${index}`) ?? plainType(kinds, { isNested });
    return { name, type };
  });
  const values = schema.map(({ name, type }, index) => {
    const ref = `r.k${index}`;
    if (columns[index].isNested && type.kind === "json") return ref;
    const rule = request.declared.has(name) ? "value" : "guess";
    return parseText({ name, ref: `CAST(${ref} AS VARCHAR)`, type, rule, options: request.batch.options });
  });
  const aliases = columnAliases(schema);
  const list = values.map((value, index) => `${value} AS ${quoteName(aliases[index])}`);
  return { kind: "scan", schema, attach: [], query: `SELECT ${list.join(", ")} FROM (${query}) r` };
}

function plainType(kinds: ReadonlySet<Kind>, { isNested }: { isNested: boolean }): DataType {
  if (isNested) return { kind: "json" };
  return kinds.size === 1 && kinds.has("bool") ? { kind: "bool" } : { kind: "text" };
}

/** Numbers that were made strings become numbers again. */
function unmarked(ref: string, { isMarked, isNested }: { isMarked: boolean; isNested: boolean }): string {
  if (!isMarked) return ref;
  if (!isNested) return `replace(${ref}, ${quoteText(NUMBER_MARK)}, '')`;
  const pattern = quoteText(`"\\\\u0001dteg-number:([^"]*)"`);
  return `CAST(regexp_replace(CAST(${ref} AS VARCHAR), ${pattern}, '\\1', 'g') AS JSON)`;
}

/** Columns c0, c1 … of the records. Keys that differ only in case cannot be named in one call: then each is looked up by itself. */
function rawColumns(
  files: readonly JsonFile[],
  fields: readonly { readonly name: string; readonly type: string }[],
): string {
  const folded = new Set(fields.map(({ name }) => name.toLowerCase()));
  if (folded.size < fields.length || fields.some(({ name }) => name === "")) {
    const list = fields.map(({ name, type }, index) => {
      const path = quoteText(`$.${JSON.stringify(name)}`);
      const value = `json_extract(json, ${path})`;
      const text = type === "JSON"
        ? `CASE WHEN json_type(${value}) = 'NULL' THEN NULL ELSE ${value} END`
        : `json_extract_string(json, ${path})`;
      return `${text} AS c${index}`;
    });
    return records(files, list.join(", "));
  }
  const spec = fields.map(({ name, type }) => `${quoteText(name)}: '${type}'`).join(", ");
  const layouts = [...new Set(files.map(({ layout }) => layout))];
  return layouts.map((layout) => {
    const paths = files.filter((file) => file.layout === layout).map(({ path }) => globSafe(path)).join(", ");
    const list = fields.map(({ name }, index) => `${quoteName(name)} AS c${index}`).join(", ");
    return `SELECT ${list} FROM read_json([${paths}], format = '${layout}', columns = {${spec}}, maximum_object_size = 67108864)`;
  }).join(" UNION ALL ");
}
