import { type BytesBatch, DtegError, INTERVAL_MARK, type ReadRequest } from "../../../sdk/mod.ts";
import { quoteIdentifier, quotePlace } from "../backticks.ts";
import { columnsOf, columnsOfQuery, findRelation, type MysqlColumn } from "../catalog.ts";
import type { Parameters } from "../parameters.ts";
import type { MysqlSession } from "../session.ts";
import { cursorCondition } from "./cursor_condition.ts";
import { readForm, textForm } from "../type_map.ts";

/** What is read of a stream. */
export interface Reading {
  readonly schema: BytesBatch["schema"];
  batch(): BytesBatch;
}

/** Finds what a request wants, and has the server look through it: a wrong condition or a missing right is told before anything moves. */
export async function whatToRead(
  session: MysqlSession,
  request: ReadRequest,
  { database }: Parameters,
): Promise<Reading> {
  const { stream, limit } = request;
  const { all, from, plain, where } = withCursor(
    "sql" in stream ? await ofQuery(session, stream.sql) : await ofTable(session, stream, database),
    request,
  );
  // of a column that the user may not read the server does not tell, and without this the rest would be read
  if (!("sql" in stream) && request.columns.length === 0) await session.fields(`SELECT * FROM ${from}`);
  const columns = pick(all, request.columns).filter(({ name }) => !request.drop.includes(name));
  for (const name of request.drop) pick(all, [{ name }]);
  const forms = columns.map((column) => {
    const text = request.text.includes(column.name) ? textForm(column) : undefined;
    return { ...text ?? readForm(column), isText: text !== undefined };
  });
  const condition = where === undefined ? "" : ` WHERE (${where}\n)`;
  const list = forms.map((form) => form.sql).join(", ");
  const isAsItIs = columns.length === all.length && condition === "" && limit === undefined &&
    forms.every((form, index) => form.sql === quoteIdentifier(all[index].name) && columns[index] === all[index]);
  const sql = plain !== undefined && isAsItIs // a query that nothing is done to keeps its order
    ? plain
    : `SELECT ${list} FROM ${from}${condition}${limit === undefined ? "" : ` LIMIT ${limit}`}`;
  await session.fields(sql);
  const schema = columns.map(({ name, type, nullable, native, comment }, index) => ({
    name,
    type: forms[index].isText ? { kind: "text" } as const : type,
    nullable,
    native,
    ...(comment !== undefined && { comment }),
  }));
  const cells = forms.map(({ cell }) => cell);
  return { schema, batch: () => ({ kind: "bytes", format: "csv", schema, stream: session.csv(sql, cells) }) };
}

/** What is to be read: its columns, what stands behind FROM, and a query as it was written, where it can be run so. */
interface Readable {
  readonly all: readonly MysqlColumn[];
  readonly from: string;
  readonly plain?: string;
}

/** What the cursor asks for: beside the condition of the stream, or where the query has a place for it. */
function withCursor(readable: Readable, request: ReadRequest): Readable & Pick<ReadRequest, "where"> {
  const { where, stream } = request;
  const condition = cursorCondition(request, readable.all);
  if (condition === undefined) return { ...readable, where };
  if (!("sql" in stream) || !stream.sql.includes(INTERVAL_MARK)) {
    return { ...readable, where: where === undefined ? condition : `(${where}\n) AND ${condition}` };
  }
  const put = (sql: string) => sql.replaceAll(INTERVAL_MARK, condition);
  const { plain, from } = readable;
  return { ...readable, from: put(from), ...(plain !== undefined && { plain: put(plain) }), where };
}

/** How queries begin that can be run as they are; anything else is read as a table, which only queries can be. */
const READS =
  /^(?:\s|\(|--\s[^\n]*\n|#[^\n]*\n|\/\*(?!M?!)[\s\S]*?\*\/)*(?:select|with|values|table|show|desc|describe|explain)\b/i;

async function ofQuery(session: MysqlSession, text: string): Promise<Readable> {
  const sql = text.trim().replace(/(;\s*)+$/, "");
  const all = await columnsOfQuery(session, sql);
  refuseTwins(all);
  if (all.length === 0) {
    throw new DtegError("query.not_read_only", "the statement gives no rows, so there is nothing to read", {
      hint: "write a query: SELECT …",
    });
  }
  return { all, from: `${await inOrder(session, sql)} q`, ...(READS.test(sql) && { plain: sql }) };
}

/** A query as a table. The server drops its order, unless there is a limit; a query that begins with WITH can have none around it. */
async function inOrder(session: MysqlSession, sql: string): Promise<string> {
  const limited = `((${sql}\n) LIMIT 18446744073709551615)`;
  const isTaken = await session.fields(`SELECT 1 FROM ${limited} q`).then(() => true, () => false);
  return isTaken ? limited : `(${sql}\n)`;
}

async function ofTable(
  session: MysqlSession,
  name: Exclude<ReadRequest["stream"], { sql: string }>,
  database?: string,
): Promise<Readable> {
  const relation = await findRelation(session, name, { database });
  return {
    all: await columnsOf(session, relation),
    from: quotePlace(relation.name.schema, relation.name.name),
  };
}

/** No column of a query could be told from another one of its name. */
function refuseTwins(columns: readonly MysqlColumn[]): void {
  const names = columns.map(({ name }) => name);
  const twin = names.find((name, index) => names.indexOf(name) < index);
  if (twin === undefined) return;
  throw new DtegError("column.duplicate", `the query gives several columns the name ${JSON.stringify(twin)}`, {
    column: twin,
    hint: "give each its own name in the query: SELECT a.id AS a_id, b.id AS b_id",
  });
}

function pick(columns: readonly MysqlColumn[], wanted: ReadRequest["columns"]): readonly MysqlColumn[] {
  if (wanted.length === 0) return columns;
  return wanted.map(({ name }) => {
    const found = columns.find((column) => column.name === name);
    if (found) return found;
    const some = columns.map((column) => column.name).slice(0, 12).join(", ");
    throw new DtegError("column.unknown", `the stream has no column ${JSON.stringify(name)}; it has ${some}`, {
      column: name,
    });
  });
}
