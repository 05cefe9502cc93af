import { type Static, Type } from "@sinclair/typebox";
import { defineConnector, DtegError, findTable, type Host, quoteText, type Source } from "../../sdk/mod.ts";

const config = Type.Object({
  from: Type.String({ description: "The first day, as 2024-01-01." }),
  to: Type.String({ description: "The last day." }),
}, { additionalProperties: false });

type CalendarConfig = Static<typeof config>;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const STREAM = { name: "days" };

/** Days between two dates, a row each: a table that every warehouse needs. */
export const calendarConnector = defineConnector<CalendarConfig>({
  name: "calendar",
  summary: "Days, one row each",
  config,
  schemes: [],
  examples: [{ title: "The days of 2024", config: "from: 2024-01-01\nto: 2024-12-31" }],
  source: (settings, host) => calendarSource(settings, host),
});

function calendarSource({ from, to }: CalendarConfig, host: Host): Source {
  return {
    check() {
      for (const day of [from, to]) {
        if (DAY.test(day)) continue;
        throw new DtegError("connector.config", `cannot read the day "${day}": wanted YYYY-MM-DD`, {
          hint: "write it as 2024-01-31",
        });
      }
      return Promise.resolve();
    },
    async *discover() {
      yield { name: STREAM };
    },
    async open({ stream, where, limit }) {
      if ("sql" in stream) throw new DtegError("stream.not_found", "a calendar has no queries, only the stream days");
      findTable(stream, [STREAM]);
      const session = await host.duckdb();
      const days = `range(DATE ${quoteText(from)}, DATE ${quoteText(to)} + INTERVAL 1 DAY, INTERVAL 1 DAY)`;
      const rows = `SELECT CAST(d AS DATE) AS day, isodow(d) AS weekday, isodow(d) > 5 AS is_weekend FROM ${days} r(d)`;
      const condition = where === undefined ? "" : ` WHERE (${where})`;
      const batch = await session.scan(
        `SELECT * FROM (${rows})${condition}${limit === undefined ? "" : ` LIMIT ${limit}`}`,
      );
      return {
        schema: batch.schema,
        complete: true,
        snapshotAt: new Date().toISOString(),
        parts: [{ id: "0" }],
        read: () => Promise.resolve(batch),
        verify: () => Promise.resolve(), // days do not change
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
