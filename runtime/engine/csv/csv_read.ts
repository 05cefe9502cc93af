import { type DataType, DtegError, type DuckSession, type FilesBatch, quoteName, quoteText } from "../../../sdk/mod.ts";
import { placed } from "../check/origin.ts";
import { targetNames } from "../plan/names.ts";
import { copyFromFirstRow } from "./csv_beginning.ts";
import { type CsvGroup, readCsv } from "./csv_call.ts";
import { FILE_COLUMN, fileNames, nameOf } from "../files/file_names.ts";
import { type CsvLayout, findLayout } from "./csv_dialect.ts";
import { explainCsv } from "./csv_explain.ts";
import { csvLines } from "./csv_lines.ts";
import { siftCsv } from "./csv_sift.ts";
import { GUESS_ROWS, guessTypes } from "../text/guess.ts";
import { textScan } from "../text/text_scan.ts";
import type { TextColumn } from "../text/text_rule.ts";
import type { FilesRequest, ResolvedFiles } from "../files/resolve_files.ts";
import { ruleFor } from "../text/rule_for.ts";

/** All columns of the files, in order of appearance. */
interface CsvColumn {
  readonly name: string;
  /** Its position in each group, -1 where the group lacks it. */
  readonly at: readonly number[];
}

/** CSV files as a query of typed columns. */
export async function resolveCsv(session: DuckSession, request: FilesRequest): Promise<ResolvedFiles> {
  const { declared, guess, sift, tempDir } = request;
  const found = await groupByLayout(request);
  const { groups, batch } = sift ? await siftCsv(found, { sift, tempDir }) : found;
  groups.forEach((group, index) => checkGroup(group, { batch, request, first: groups[0], isFirst: index === 0 }));
  const columns = unionColumns(groups);
  for (const column of columns.filter(({ at }) => at.includes(-1))) {
    const lacking = groups.filter((_, index) => column.at[index] < 0).flatMap((group) => group.paths);
    request.log.warn(`column ${column.name} is not in ${nameOf(batch, lacking[0])}: NULL there`);
  }
  const raw = rawQuery(batch, { groups, columns, isNumbered: request.loss?.keepsRows === true });
  const open = columns.map((_, index) => `k${index}`).filter((_, index) => !declared.has(columns[index].name));
  const rows = guess === "all rows" ? raw : `SELECT * FROM (${raw}) LIMIT ${GUESS_ROWS}`;
  const guessed = await guessTypes(session, { columns: open, query: rows }).catch(async (error) => {
    throw await explainCsv(error, { session, batch, groups, columns: [] });
  });
  const typed = columns.map(({ name }, index): TextColumn => {
    const type: DataType = declared.get(name) ?? guessed.get(`k${index}`) ?? { kind: "text" };
    return { name, type, ref: `r.k${index}`, options: batch.options, ...ruleFor(name, request) };
  });
  const { scan, told, raw: kept } = textScan({
    columns: typed,
    from: `(${raw}) r`,
    filenameColumn: batch.options.filenameColumn,
    keepsRows: request.loss?.keepsRows,
  });
  return {
    scan,
    told,
    explain: (error) => explainCsv(error, { session, batch, groups, columns: typed }),
    ...(kept && {
      origin: { columns: kept, places: (part, records) => csvLines(groups[Number(part)], { batch, records }) },
    }),
  };
}

interface Checking {
  readonly batch: FilesBatch;
  readonly request: FilesRequest;
  readonly first: CsvGroup;
  readonly isFirst: boolean;
}

/** Says what was taken for granted about a group of files, and refuses one that shares no column with the first. */
function checkGroup({ layout, paths }: CsvGroup, { batch, request, first, isFirst }: Checking): void {
  const name = nameOf(batch, paths[0]);
  if (isFirst && !layout.header && batch.options.header === undefined) {
    request.log.warn(`${name} has no header, as it seems: its first line is a row (\`header: true\` if it is none)`);
  }
  if (layout.isPadded) request.log.warn(`${name} has blanks around quoted fields: they are left out`);
  if (layout.names.some((column) => first.layout.names.includes(column))) return;
  throw new DtegError("csv.invalid", `"${name}" has no column of "${nameOf(batch, first.paths[0])}"`, {
    path: name,
    line: layout.skip + 1,
    hint: "the files of one stream are matched by their columns' names: is its header missing?",
  });
}

interface Grouped {
  /** The files as they are read: copies in place of those whose beginning the reader cannot read. */
  readonly batch: FilesBatch;
  readonly groups: readonly CsvGroup[];
}

async function groupByLayout({ batch, tempDir, reading = "in parts" }: FilesRequest): Promise<Grouped> {
  const groups = new Map<string, CsvGroup & { paths: string[] }>();
  const paths = [...batch.paths];
  let first: CsvLayout | undefined;
  for (const [index, path] of batch.paths.entries()) {
    const layout = await findLayout({ path, name: batch.names[index] }, batch.options, { first });
    first ??= layout;
    const key = JSON.stringify([
      layout.names,
      layout.headerLines,
      layout.skip,
      layout.lineBreak,
      layout.beginning?.lines,
    ]);
    if (layout.beginning) paths[index] = await copyFromFirstRow(path, layout, { tempDir });
    const group = groups.get(key);
    if (group) group.paths.push(paths[index]);
    else groups.set(key, { layout, paths: [paths[index]], reading });
  }
  return { batch: { ...batch, paths }, groups: [...groups.values()] };
}

/** Columns by their exact name. The later of two with one name in a file gets a name of its own. */
function unionColumns(groups: readonly CsvGroup[]): readonly CsvColumn[] {
  const found = new Map<string, number[]>();
  groups.forEach(({ layout }, group) => {
    targetNames(layout.names, { foldsCase: false }).forEach((name, position) => {
      const at = found.get(name) ?? groups.map(() => -1);
      at[group] = position;
      found.set(name, at);
    });
  });
  return [...found].map(([name, at]) => ({ name, at }));
}

/** The files as columns of text, nothing converted: NULL where a field is empty and not quoted. */
function rawQuery(
  batch: FilesBatch,
  { groups, columns, isNumbered }: {
    readonly groups: readonly CsvGroup[];
    readonly columns: readonly CsvColumn[];
    readonly isNumbered: boolean;
  },
): string {
  const { filenameColumn } = batch.options;
  const queries = groups.map((group, index) => {
    const list = columns.map(({ at }, column) => `${at[index] < 0 ? "NULL::VARCHAR" : `c${at[index]}`} AS k${column}`);
    if (filenameColumn) {
      list.push(
        `${
          fileNames(quoteName(FILE_COLUMN), group.paths.map((path) => ({ path, name: nameOf(batch, path) })))
        } AS file_name`,
      );
    }
    if (isNumbered) list.push(...placed(quoteText(String(index)), "row_number() OVER ()"));
    return `SELECT ${list.join(", ")} FROM ${readCsv(group, batch)}`;
  });
  return queries.join(" UNION ALL ");
}
