import { DtegError } from "../../../sdk/mod.ts";
import type { Inspection, Looked, LookedRows } from "../../engine/inspect.ts";
import type { App } from "../app.ts";
import { type Command, flagValue, type Input, type Outcome } from "../command.ts";
import { single, toggle } from "../flag_value.ts";
import { LOAD_FLAGS } from "../project/load_options.ts";
import type { Terminal } from "../terminal.ts";
import { type ResultFormat, type RowPrinter, rowPrinter } from "../view/formats.ts";
import { formatCountOf } from "../view/numbers.ts";
import { DEFAULT_DATABASE } from "./choose_pipelines.ts";
import { endOf, FORMAT, jsonRows, openInspection, prepareAsk, shownRows, TABLE_ROWS } from "./look.ts";
import { LIMIT_FLAGS } from "./run_limits.ts";

const on = single({
  name: "on",
  value: "WHERE",
  summary: "What to ask: a connection's name, a URL, a file or a folder of files",
  default: `${DEFAULT_DATABASE} of this folder`,
});
const allowWrites = toggle({
  name: "allow-writes",
  summary: "Let a database run the SQL as it is, also what changes something; no rows are shown then",
});

/** `dteg query`: asks a database, a file or a folder of files. */
export const query: Command = {
  name: "query",
  summary: "Ask a database, a file or a folder of files with SQL",
  group: "data",
  details:
    "A server is asked in its own SQL, in a transaction that only reads; a DuckDB file and files of data in DuckDB's. Tables are the " +
    "streams of what --on names: of a file its base name, of a folder each file and sub-folder. Rows of csv, json and markdown are " +
    `written as they come, however many; a table stops at ${TABLE_ROWS}. ` +
    "With --json the result is {columns: [{name, type}], rows: [{COLUMN: text or null}]}.",
  args: [{ name: "SQL", summary: "One statement that reads", required: true }],
  flags: [on, FORMAT, allowWrites, ...LIMIT_FLAGS, ...LOAD_FLAGS],
  examples: [
    { line: "dteg query 'FROM orders LIMIT 10'", what: `the table orders of ${DEFAULT_DATABASE}` },
    { line: "dteg query 'SELECT status, count(*) FROM orders GROUP BY ALL' --on orders.csv", what: "a file, as it is" },
    { line: "dteg query 'FROM orders' --format csv", what: "rows for a program" },
    { line: "dteg query 'DELETE FROM orders WHERE id < 10' --allow-writes", what: "change something" },
  ],
  async run(app, input): Promise<Outcome> {
    const [sql] = input.args;
    const where = flagValue(input, on) ?? DEFAULT_DATABASE;
    const asking = await prepareAsk(app, input);
    await using inspection = await openInspection(await endOf(where, asking), asking);
    try {
      if (flagValue(input, allowWrites)) {
        await inspection.execute(sql);
        return { summary: `${where} did it`, result: null, text: "done" };
      }
      return await asked(sql, { app, input, inspection });
    } catch (error) {
      throw withHint(error, { where, isDefault: flagValue(input, on) === undefined });
    }
  },
};

interface Asked {
  readonly app: App;
  readonly input: Input;
  readonly inspection: Inspection;
}

async function asked(sql: string, { app, input, inspection }: Asked): Promise<Outcome> {
  const { terminal } = app;
  const format = flagValue(input, FORMAT) ?? "table";
  if (!terminal.json && format !== "table") return await streamed(sql, { format, terminal, inspection });
  const limit = terminal.json ? undefined : TABLE_ROWS + 1;
  const found = await collect((take) => inspection.query(sql, { limit, take }));
  const isCut = !terminal.json && found.rows.length > TABLE_ROWS;
  const shown = isCut ? { ...found, rows: found.rows.slice(0, TABLE_ROWS) } : found;
  if (isCut) terminal.log("info", `these are the first ${TABLE_ROWS} rows; --format csv gives all`);
  return {
    summary: formatCountOf(shown.rows.length, "row"),
    result: terminal.json ? jsonRows(found) : null,
    output: terminal.json ? undefined : shownRows(shown, { app, input }),
  };
}

/** Rows as they come: none is kept. */
async function streamed(
  sql: string,
  { format, terminal, inspection }: Pick<Asked, "inspection"> & {
    readonly format: Exclude<ResultFormat, "table">;
    readonly terminal: Terminal;
  },
): Promise<Outcome> {
  let printer: RowPrinter | undefined;
  let count = 0;
  await inspection.query(sql, {
    take({ columns, rows }) {
      if (!printer) terminal.write((printer = rowPrinter(format, columns)).start);
      count += rows.length;
      terminal.write(printer.rows(rows));
      return !terminal.outClosed;
    },
  });
  if (printer) terminal.write(printer.end());
  return { summary: formatCountOf(count, "row"), result: null };
}

/** All rows that come in pieces. */
async function collect(ask: (take: (piece: Looked) => boolean) => Promise<void>): Promise<Looked> {
  let columns: Looked["columns"] = [];
  const rows: LookedRows[number][] = [];
  await ask((piece) => {
    columns = piece.columns;
    for (const row of piece.rows) rows.push(row);
    return true;
  });
  return { columns, rows };
}

function withHint(error: unknown, { where, isDefault }: { where: string; isDefault: boolean }): unknown {
  if (!(error instanceof DtegError) || error.code !== "file.not_found" || !isDefault) return error;
  return new DtegError("file.not_found", `there is no ${where} in this folder to ask`, {
    path: where,
    cause: error,
    hint: "say what to ask with --on, or load something first: dteg run orders.csv",
  });
}
