import type { Host, Reader, ReadRequest, Source } from "../../../sdk/mod.ts";
import { describeRelations, listRelations } from "../catalog.ts";
import { checkReading } from "../connect/check_session.ts";
import { execute } from "../connect/execute.ts";
import { tellPlace } from "../connect/sql_fault.ts";
import type { MysqlConfig } from "../mod.ts";
import { type Parameters, parametersOf } from "../parameters.ts";
import { takeSession } from "../pool.ts";
import type { MysqlSession } from "../session.ts";
import { digestKeys } from "./digest.ts";
import { type Reading, whatToRead } from "./reading.ts";

/** Reads tables, views and queries of a server. */
export function mysqlSource(config: MysqlConfig, host: Host): Source {
  let parameters: Parameters | undefined;
  let opened: Promise<MysqlSession> | undefined;
  const resolved = () => parameters ??= parametersOf(config, { folder: host.folder });
  const open = () => opened ??= takeSession(resolved(), host);

  return {
    async check(step) {
      if (step) await checkReading({ parameters: resolved(), host, step });
      else await open();
    },
    async *discover(filter = () => true) {
      const session = await open();
      const relations = await listRelations(session, resolved().database);
      yield* describeRelations(session, relations.filter(({ name }) => filter(name)));
    },
    async open(request) {
      const session = await open();
      const letGo = () => session.query("ROLLBACK").catch(() => {}); // a lost connection has ended it
      if (request.keepsPicture) await session.query("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
      const reader = readerOf(
        await whatToRead(session, request, resolved()).catch(async (error) => {
          if (request.keepsPicture) await letGo();
          throw error;
        }),
      );
      if (!request.keepsPicture) return reader;
      return {
        ...reader,
        picture: {
          open: async (more) => readerOf(await whatToRead(session, more, resolved())),
          digest: (more) => digestKeys(session, more, resolved()),
        },
        [Symbol.asyncDispose]: async () => void await letGo(),
      };
    },
    async *digest(request) {
      yield* digestKeys(await open(), request, resolved());
    },
    async query(sql) {
      const request: ReadRequest = {
        stream: { sql },
        columns: [],
        drop: [],
        text: [],
        accepts: ["csv"],
        parts: 1,
        settings: {},
      };
      try {
        return (await whatToRead(await open(), request, resolved())).batch();
      } catch (error) {
        tellPlace(error, { sql, statement: sql, offset: 0 });
        throw error;
      }
    },
    execute: (sql) => execute(sql, { parameters: resolved(), host }),
    async [Symbol.asyncDispose]() {
      const session = await opened?.catch(() => undefined); // who opened it reported it
      await session?.[Symbol.asyncDispose]();
    },
  };
}

const readerOf = (reading: Reading): Reader => ({
  schema: reading.schema,
  complete: true,
  snapshotAt: new Date().toISOString(),
  parts: [{ id: "0" }],
  read: () => Promise.resolve(reading.batch()),
  verify: () => Promise.resolve(), // one statement is one snapshot
  [Symbol.asyncDispose]: () => Promise.resolve(),
});
