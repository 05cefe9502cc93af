import { type DataType, DtegError, type DuckSession, quoteName, quoteText } from "../../../sdk/mod.ts";
import { PART, RECORD } from "../check/origin.ts";
import { FILE_COLUMN, fileNames } from "../files/file_names.ts";
import type { FilesRequest, ResolvedFiles } from "../files/resolve_files.ts";
import { ruleFor } from "../text/rule_for.ts";
import type { StageSession } from "../move/session.ts";
import { guessTypes } from "../text/guess.ts";
import { textScan } from "../text/text_scan.ts";
import type { TextColumn } from "../text/text_rule.ts";
import { longestLine } from "../wide/longest_line.ts";
import { explainJson } from "./json_explain.ts";
import { filesOf, type JsonFile, jsonFiles, OBJECTS, readEach, withLongerRecords } from "./json_file.ts";
import { findKeys, type FoundKeys, type Kind } from "./json_keys.ts";
import { jsonLines } from "./json_lines.ts";
import { siftJson } from "./json_sift.ts";
import { markFiles } from "./mark_files.ts";

/** A column that a key becomes. */
interface KeyColumn {
  readonly name: string;
  /** Its place: `k0`, `k1` … in the query. */
  readonly ref: string;
  readonly kinds: ReadonlySet<Kind>;
  /** Read as JSON, not as text. */
  readonly isNested: boolean;
}

/** JSON files as a query. */
export async function resolveJson(session: StageSession, request: FilesRequest): Promise<ResolvedFiles> {
  const { batch, tempDir, sift, isWide } = request;
  const found = await jsonFiles(batch, tempDir);
  const line = isWide ? await longestLine(found.map(({ path }) => path)) : undefined;
  const files = line === undefined ? found : found.map((file) => ({ ...file, line }));
  return await resolveFound(session, { request, plain: sift ? await siftJson(files, { sift, tempDir }) : files });
}

async function resolveFound(
  session: StageSession,
  { request, plain }: { readonly request: FilesRequest; readonly plain: readonly JsonFile[] },
): Promise<ResolvedFiles> {
  const { declared, tempDir } = request;
  const reading = { session, files: plain, query: "", columns: [] };
  try {
    const found = await findKeys(session, plain);
    if (found.keys.size === 0) {
      const query = "SELECT 1 AS nothing WHERE false";
      return { scan: { kind: "scan", schema: [], query }, explain: (error) => explainJson(error, reading) };
    }
    const columns = keyColumns(found, declared);
    const mark = await markFiles(plain, {
      session,
      isRisky: found.isRisky,
      becomesText: columns.some((column) => becomesText(column, declared)),
      tempDir,
    });
    const files = mark?.files ?? plain;
    const keepsRows = request.loss?.keepsRows === true;
    const query = await keyQuery(session, { files, columns, mark: mark?.mark, isNumbered: keepsRows });
    const typed = await typedColumns(session, { columns, query, request });
    const { filenameColumn } = request.batch.options;
    const { scan, told, raw } = textScan({ columns: typed, from: `(${query}) r`, filenameColumn, keepsRows });
    return {
      scan,
      told,
      explain: (error) => explainJson(error, { session, files: plain, query, columns: typed }),
      ...(raw && { origin: { columns: raw, places: (part, records) => jsonLines(filesOf(part, plain), records) } }),
    };
  } catch (error) {
    const longer = withLongerRecords(plain, DtegError.from(error));
    if (longer) return await resolveFound(session, { request, plain: longer });
    throw await explainJson(DtegError.from(error), reading);
  }
}

function keyColumns({ keys }: FoundKeys, declared: FilesRequest["declared"]): readonly KeyColumn[] {
  return [...keys].map(([name, kinds], index) => ({
    name,
    ref: `k${index}`,
    kinds,
    isNested: kinds.has("nested") || declared.get(name)?.kind === "json",
  }));
}

/** A number that becomes text keeps its spelling. */
function becomesText({ name, kinds }: KeyColumn, declared: FilesRequest["declared"]): boolean {
  return kinds.has("number") && (declared.has(name) ? declared.get(name)?.kind === "text" : kinds.has("text"));
}

interface Reading {
  readonly files: readonly JsonFile[];
  readonly columns: readonly KeyColumn[];
  readonly mark?: string;
  /** The places of records are told: which call gave them, and their number in it. */
  readonly isNumbered?: boolean;
}

/** The keys as columns k0, k1 …: JSON where they are nested, else text; and the file's name. */
async function keyQuery(session: DuckSession, reading: Reading): Promise<string> {
  const { files, columns, mark, isNumbered = false } = reading;
  const folded = new Set(columns.map(({ name }) => name.toLowerCase()));
  const hasTwins = folded.size < columns.length || columns.some(({ name }) => name === "");
  const raw = hasTwins || files.some(({ line }) => line !== undefined)
    ? await lookUps(session, reading)
    : namedColumns(reading);
  const list = columns.map(({ ref, isNested }) => `${unmarked(ref, { mark, isNested })} AS ${ref}`);
  if (isNumbered) list.push(quoteName(PART), quoteName(RECORD));
  return `SELECT ${list.join(", ")}, ${fileNames(quoteName(FILE_COLUMN), files)} AS file_name FROM (${raw})`;
}

function namedColumns({ files, columns, isNumbered }: Reading): string {
  const spec = columns.map(({ name, isNested }) => `${quoteText(name)}: '${isNested ? "JSON" : "VARCHAR"}'`).join(", ");
  const list = [...columns.map(({ name, ref }) => `${quoteName(name)} AS ${ref}`), quoteName(FILE_COLUMN)].join(", ");
  return readEach(files, { list, reader: "read_json", settings: `, columns = {${spec}}`, isNumbered });
}

/** Keys that differ only in case, or are empty, cannot be named in one call: each is looked up by itself, which takes the first of two. */
async function lookUps(session: DuckSession, { files, columns, isNumbered }: Reading): Promise<string> {
  const reader = OBJECTS;
  const twice = "len(json_keys(json)) > len(list_distinct(json_keys(json)))";
  const [doubled] = await session.all(
    `SELECT 1 AS one FROM (${readEach(files, { list: "json", reader })}) WHERE ${twice} LIMIT 1`,
  );
  if (doubled) throw new DtegError("json.invalid", "a key stands twice in a record");
  const list = columns.map(({ name, ref, isNested }) => {
    const pointer = quoteText(`/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
    const value = `json_extract(json, ${pointer})`;
    const text = isNested
      ? `CASE WHEN json_type(${value}) = 'NULL' THEN NULL ELSE ${value} END`
      : `json_extract_string(json, ${pointer})`;
    return `${text} AS ${ref}`;
  });
  return readEach(files, { list: [...list, quoteName(FILE_COLUMN)].join(", "), reader, isNumbered });
}

/** Numbers that were made strings become numbers again. */
function unmarked(ref: string, { mark, isNested }: { mark?: string; isNested: boolean }): string {
  if (mark === undefined) return ref;
  if (!isNested) return `replace(${ref}, ${quoteText(mark)}, '')`;
  return `CAST(regexp_replace(CAST(${ref} AS VARCHAR), '"${mark}([^"]*)"', '\\1', 'g') AS JSON)`;
}

interface Typing {
  readonly columns: readonly KeyColumn[];
  readonly query: string;
  readonly request: FilesRequest;
}

async function typedColumns(
  session: DuckSession,
  { columns, query, request }: Typing,
): Promise<readonly TextColumn[]> {
  const { declared, batch } = request;
  const open = columns.filter(({ name, kinds }) => !declared.has(name) && kinds.size === 1 && kinds.has("number"));
  const guessed = await guessTypes(session, { columns: open.map(({ ref }) => ref), query });
  return columns.map(({ name, ref, kinds, isNested }) => ({
    name,
    ref: `CAST(r.${ref} AS VARCHAR)`,
    type: declared.get(name) ?? guessed.get(ref) ?? plainType(kinds, { isNested }),
    options: batch.options,
    ...ruleFor(name, request),
    ...(isNested && { rule: "value" as const }),
  }));
}

function plainType(kinds: ReadonlySet<Kind>, { isNested }: { isNested: boolean }): DataType {
  if (isNested) return { kind: "json" };
  return kinds.size === 1 && kinds.has("bool") ? { kind: "bool" } : { kind: "text" };
}
