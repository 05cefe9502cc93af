import { type BytesBatch, DtegError, type Host, type ReadRequest, type Source, type Stream } from "../../../sdk/mod.ts";
import { quotePlace } from "../backticks.ts";
import { columnsOf, columnsOfQuery, findRelation, listRelations, type MysqlColumn } from "../catalog.ts";
import type { MysqlConfig } from "../mod.ts";
import { type Parameters, parametersOf } from "../parameters.ts";
import { takeSession } from "../pool.ts";
import type { MysqlSession } from "../session.ts";
import { asText, readForm } from "../type_map.ts";

/** Reads tables, views and queries of a server. */
export function mysqlSource(config: MysqlConfig, host: Host): Source {
  let parameters: Parameters | undefined;
  let opened: Promise<MysqlSession> | undefined;
  const resolved = () => parameters ??= parametersOf(config, { folder: host.folder });
  const open = () => opened ??= takeSession(resolved(), host);

  return {
    async check() {
      await open();
    },
    async *discover(filter = () => true) {
      const session = await open();
      for (const relation of await listRelations(session, resolved().database)) {
        if (!filter(relation.name)) continue;
        const stream: Stream = { name: relation.name, kind: relation.kind, schema: await columnsOf(session, relation) };
        yield stream;
      }
    },
    async open(request) {
      const session = await open();
      const reading = await whatToRead(session, request, resolved());
      return {
        schema: reading.schema,
        complete: true,
        snapshotAt: new Date().toISOString(),
        parts: [{ id: "0" }],
        read: () => Promise.resolve(reading.batch()),
        verify: () => Promise.resolve(), // one statement is one snapshot
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
    async query(sql) {
      const session = await open();
      const request: ReadRequest = {
        stream: { sql },
        columns: [],
        drop: [],
        text: [],
        accepts: ["csv"],
        parts: 1,
        settings: {},
      };
      return (await whatToRead(session, request, resolved())).batch();
    },
    async [Symbol.asyncDispose]() {
      const session = await opened?.catch(() => undefined); // who opened it reported it
      await session?.[Symbol.asyncDispose]();
    },
  };
}

interface Reading {
  readonly schema: BytesBatch["schema"];
  batch(): BytesBatch;
}

async function whatToRead(session: MysqlSession, request: ReadRequest, { database }: Parameters): Promise<Reading> {
  const { stream, where, limit } = request;
  const { all, from } = "sql" in stream ? await ofQuery(session, stream.sql) : await ofTable(session, stream, database);
  const columns = pick(all, request.columns).filter(({ name }) => !request.drop.includes(name));
  for (const name of request.drop) pick(all, [{ name }]);
  const forms = columns.map((column) => {
    const text = request.text.includes(column.name) ? asText(column) : undefined;
    return { ...text ?? readForm(column), isText: text !== undefined };
  });
  const condition = where === undefined ? "" : ` WHERE (${where}\n)`;
  const sql = `SELECT ${forms.map((form) => form.sql).join(", ")} FROM ${from}${condition}${
    limit === undefined ? "" : ` LIMIT ${limit}`
  }`;
  await session.fields(sql); // a wrong condition or a missing right is told before anything moves
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

async function ofQuery(session: MysqlSession, text: string) {
  const sql = text.trim().replace(/(;\s*)+$/, "");
  const all = await columnsOfQuery(session, sql);
  refuseTwins(all);
  return { all, from: `(${sql}\n) q` };
}

async function ofTable(
  session: MysqlSession,
  name: Exclude<ReadRequest["stream"], { sql: string }>,
  database?: string,
) {
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
