import { DtegError, type DuckSession, type Row } from "../../../sdk/mod.ts";
import { quoteName } from "../../../sdk/mod.ts";
import { castValue } from "../move/cast_value.ts";
import { columnRefs } from "../move/column_refs.ts";
import { fileNames, globSafe } from "./file_names.ts";
import type { FilesRequest, ResolvedFiles } from "./resolve_files.ts";

/** Parquet files as a query. Types that DuckDB reads with loss are refused here, by the file's own schema. */
export async function resolveParquet(session: DuckSession, request: FilesRequest): Promise<ResolvedFiles> {
  const { batch, declared } = request;
  const list = batch.paths.map(globSafe).join(", ");
  const { filenameColumn } = batch.options;
  const parquetFault = (thrown: unknown) => explainParquet(DtegError.from(thrown), batch.names);
  try {
    for (const [index, path] of batch.paths.entries()) {
      const elements = await session.all(`SELECT * FROM parquet_schema([${globSafe(path)}])`);
      for (const element of elements) checkElement(element, { file: batch.names[index], request });
    }
    const file = filenameColumn
      ? `, ${fileNames(batch.paths.map((path, index) => ({ path, name: batch.names[index] })))} AS ${
        quoteName(filenameColumn)
      }`
      : "";
    const from = `read_parquet([${list}], union_by_name = true${filenameColumn ? ", filename = true" : ""})`;
    const native = await session.scan(`SELECT ${file ? `* EXCLUDE (filename)${file}` : "*"} FROM ${from}`);
    const schema = native.schema.map((column) => ({ ...column, type: declared.get(column.name) ?? column.type }));
    const refs = columnRefs(native, "s");
    const columns = native.schema.map((column, index) => {
      return `${castValue({ ...column, ref: refs.columns[index] }, schema[index].type)} AS ${quoteName(column.name)}`;
    });
    const query = declared.size === 0 ? native.query : `SELECT ${columns.join(", ")} FROM ${refs.from}`;
    return { scan: { ...native, schema, query }, explain: (error) => Promise.resolve(parquetFault(error)) };
  } catch (error) {
    throw parquetFault(error);
  }
}

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
    {
      path: file,
      column: name,
      hint: "write the file again with a smaller type, or as text",
    },
  );
}

function explainParquet(error: DtegError, names: readonly string[]): DtegError {
  if (error.code !== "query.failed") return error;
  const named = names.find((name) => error.message.includes(name)) ?? names[0];
  return new DtegError("file.corrupt", `cannot read "${named}" as Parquet: ${error.message.split("\n")[0]}`, {
    path: named,
    cause: error,
  });
}
