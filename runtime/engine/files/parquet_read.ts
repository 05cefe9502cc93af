import {
  type Column,
  type DataType,
  DtegError,
  type DuckSession,
  type FilesBatch,
  quoteName,
  type Row,
  type Schema,
  typeText,
} from "../../../sdk/mod.ts";
import { placed, type RowPlace } from "../check/origin.ts";
import { castValue } from "../move/cast_value.ts";
import { columnAliases, columnRefs } from "../move/column_refs.ts";
import { duckType } from "../move/duck_type.ts";
import { isWidening } from "../drift/widening.ts";
import { commonType } from "./common_type.ts";
import { FILE_COLUMN, fileNames, globSafe, type NamedFile, namedFiles } from "./file_names.ts";
import { MOST_COLUMNS, tooWide } from "./most_columns.ts";
import { refuseNanoInstants } from "./nano_instants.ts";
import type { FilesRequest, ResolvedFiles } from "./resolve_files.ts";

/** Files of one schema: they are read by one call. */
interface ParquetGroup {
  readonly schema: Schema;
  readonly files: readonly NamedFile[];
}

/** Parquet files as a query. What DuckDB would read with loss, or widen with loss between files, is refused by the files' own schemas. */
export async function resolveParquet(session: DuckSession, request: FilesRequest): Promise<ResolvedFiles> {
  const { batch } = request;
  try {
    const groups = await groupBySchema(session, request);
    const { filenameColumn } = batch.options;
    const isNumbered = request.loss?.keepsRows === true;
    const columns = unionColumns(groups, request);
    const schema: Schema = filenameColumn === undefined
      ? columns
      : [...columns, { name: filenameColumn, type: { kind: "text" } }];
    const queries: string[] = [];
    for (const group of groups) queries.push(await groupQuery(session, group, { columns, filenameColumn, isNumbered }));
    return {
      scan: { kind: "scan", schema, query: queries.join(" UNION ALL ") },
      explain: (error) => explainParquet(error, { session, batch, columns }),
      ...(isNumbered && { origin: { places: rowPlaces } }),
    };
  } catch (error) {
    throw await explainParquet(DtegError.from(error), { session, batch });
  }
}

async function* rowPlaces(file: string, rows: readonly number[]): AsyncGenerator<RowPlace> {
  for (const row of rows) yield { file, row };
}

function readParquet(files: readonly NamedFile[], { named = false, isNumbered = false } = {}): string {
  const list = files.map(({ path }) => globSafe(path)).join(", ");
  const more = `${named ? `, filename = '${FILE_COLUMN}'` : ""}${isNumbered ? ", file_row_number = true" : ""}`;
  return `read_parquet([${list}], hive_partitioning = false${more})`;
}

async function groupBySchema(session: DuckSession, request: FilesRequest): Promise<readonly ParquetGroup[]> {
  const groups = new Map<string, { schema: Schema; files: NamedFile[] }>();
  for (const file of namedFiles(request.batch)) {
    const [root] = await session.all(`SELECT num_children FROM parquet_schema([${globSafe(file.path)}]) LIMIT 1`);
    if (Number(root?.num_children) > MOST_COLUMNS) throw tooWide(file.name);
    const elements = await session.all(`SELECT * FROM parquet_schema([${globSafe(file.path)}])`);
    for (const element of elements) checkElement(element, { file: file.name, request });
    await refuseNanoInstants(session, elements, { file, tempDir: request.tempDir });
    const natives = await session.all(`DESCRIBE FROM ${readParquet([file])}`);
    const key = JSON.stringify(natives.map((row) => [row.column_name, row.column_type]));
    const group = groups.get(key);
    if (group) group.files.push(file);
    else {
      const { schema } = await session.scan(`FROM ${readParquet([file])}`);
      const known = schema.map((column, index) => natives[index].column_type === '"NULL"' ? nothing(column) : column);
      groups.set(key, { schema: known, files: [file] });
    }
  }
  return [...groups.values()];
}

/** A column that holds only NULL, as of any type. */
const nothing = ({ name }: Column): Column => ({ name, type: { kind: "other", native: "NULL" } });
const isNothing = ({ type }: { readonly type: DataType }) => type.kind === "other" && type.native === "NULL";

/** All columns in order of appearance, by their exact name: of the declared type, else of one that holds the values of all files. */
function unionColumns(groups: readonly ParquetGroup[], { declared, fromTable, log, loss }: FilesRequest): Schema {
  const names = [...new Set(groups.flatMap(({ schema }) => schema.map(({ name }) => name)))];
  return names.map((name) => {
    const lacking = groups.find(({ schema }) => schema.every((column) => column.name !== name));
    if (lacking) log.warn(`column ${name} is not in ${lacking.files[0].name}: NULL there`);
    const found = groups.flatMap(({ schema, files }) =>
      schema.filter((column) => column.name === name).map(({ type }) => ({ type, file: files[0].name }))
    ).filter((typed) => !isNothing(typed));
    if (found.length === 0) return { name, type: declared.get(name) ?? { kind: "text" } };
    const isOne = found.every(({ type }) => typeText(type) === typeText(found[0].type));
    if (isOne && loss && !loss.isPlain) return { name, type: found[0].type }; // what does not fit is judged when the rows are shaped
    const known = declared.get(name);
    const isWider = known && fromTable?.has(name) && found.every(({ type }) => isWidening(known, type)); // the contract decides
    const type = (isWider ? undefined : known) ?? found.slice(1).reduce((held, next) => {
      return commonType(held, next.type) ?? refuseMix(name, { first: { ...found[0], type: held }, next });
    }, found[0].type);
    return { name, type };
  });
}

interface Typed {
  readonly type: DataType;
  readonly file: string;
}

function refuseMix(name: string, { first, next }: { first: Typed; next: Typed }): never {
  throw new DtegError(
    "schema.lossy",
    `column "${name}" is ${typeText(first.type)} in "${first.file}" and ${typeText(next.type)} in "${next.file}": ` +
      "no type holds both exactly",
    { path: next.file, column: name, hint: `declare one that does: columns: { ${name}: { type: text } }` },
  );
}

async function groupQuery(
  session: DuckSession,
  { files }: ParquetGroup,
  { columns, filenameColumn, isNumbered }: {
    readonly columns: Schema;
    readonly filenameColumn?: string;
    readonly isNumbered: boolean;
  },
): Promise<string> {
  const named = filenameColumn !== undefined || isNumbered;
  const native = await session.scan(`FROM ${readParquet(files, { named, isNumbered })}`);
  const refs = columnRefs(native, "s");
  const refOf = (name: string) => refs.columns[native.schema.findIndex((column) => column.name === name)];
  const values = columns.map((column) => {
    const own = native.schema.find(({ name }) => name === column.name);
    return own ? castValue({ ...own, ref: refOf(own.name) }, column.type) : nullOf(column);
  });
  const isWhole = values.length === native.schema.length &&
    values.every((value, index) => value === refs.columns[index]);
  if (isWhole) return native.query;
  if (filenameColumn !== undefined) values.push(fileNames(refOf(FILE_COLUMN), files));
  const aliases = columnAliases([...columns, { name: filenameColumn ?? "", type: { kind: "text" } }]);
  const list = values.map((value, index) => `${value} AS ${quoteName(aliases[index])}`);
  if (isNumbered) list.push(...placed(fileNames(refOf(FILE_COLUMN), files), `${refOf("file_row_number")} + 1`));
  return `SELECT ${list.join(", ")} FROM ${refs.from}`;
}

const nullOf = ({ type }: Column) => `CAST(NULL AS ${duckType(type)})`;

function checkElement(element: Row, { file, request }: { file: string; request: FilesRequest }): void {
  const name = String(element.name);
  const logical = String(element.logical_type ?? "");
  if (String(element.type) === "INT96") {
    request.log.warn(`column ${name} of ${file} is INT96: read to the microsecond, finer digits are cut`);
  }
  const isWideDecimal = element.precision !== null && Number(element.precision) > 38;
  const isNanoTime = logical.startsWith("TimeType") && /NANOS=NanoSeconds/.test(logical);
  if (!isWideDecimal && !isNanoTime) return;
  const what = isWideDecimal ? `decimal(${element.precision},${element.scale})` : "time in nanoseconds";
  throw new DtegError(
    "schema.lossy",
    `cannot read column "${name}" of "${file}" exactly: it is ${what}, and at most 38 digits or microseconds can be read`,
    { path: file, column: name, hint: "write the file again with a smaller type, or as text" },
  );
}

interface Reading {
  readonly session: DuckSession;
  readonly batch: FilesBatch;
  readonly columns?: Schema;
}

async function explainParquet(error: DtegError, { session, batch, columns = [] }: Reading): Promise<DtegError> {
  const said = error.cause instanceof Error ? error.cause.message : error.message;
  const isDuck = /^[A-Z][\w ]+ Error: /.test(said); // a target that is a server speaks otherwise
  if (error.code !== "query.failed" || !isDuck || /^(Binder|Parser|Catalog) Error/.test(said)) return error;
  const files = namedFiles(batch);
  const { path, name } =
    files.find((file) => error.message.includes(`"${file.path}"`) || error.message.includes(`'${file.path}'`)) ??
      files[0];
  const reason = error.message.split("\n")[0].replaceAll(path, name).replace(/^[\w ]+ Error: /, "").slice(0, 300);
  const isText = /string encoding|Invalid JSON/.test(reason);
  const column = isText ? await unreadableColumn(session, { file: { path, name }, columns }) : undefined;
  const place = column === undefined ? "" : ` in column ${JSON.stringify(column)}`;
  return new DtegError("file.corrupt", `cannot read "${name}" as Parquet${place}: ${reason}`, {
    path: name,
    hint: "get the file again; where it is of another format, leave the format out or say the right one",
    cause: error,
    column,
  });
}

/** The first column that cannot be read by itself: DuckDB does not say which one it was. */
async function unreadableColumn(
  session: DuckSession,
  { file, columns }: { readonly file: NamedFile; readonly columns: Schema },
): Promise<string | undefined> {
  for (const { name, type } of columns) {
    if (type.kind !== "text" && type.kind !== "json") continue;
    const isRead = await session.all(`SELECT max(${quoteName(name)}) AS most FROM ${readParquet([file])}`)
      .then(() => true, () => false);
    if (!isRead) return name;
  }
  return undefined;
}
