import { DtegError } from "../../../sdk/mod.ts";
import { type Command, flagValue, type Outcome } from "../command.ts";
import { single } from "../flag_value.ts";
import { LOAD_FLAGS } from "../project/load_options.ts";
import { formatCountOf } from "../view/numbers.ts";
import { DEFAULT_DATABASE } from "./choose_pipelines.ts";
import { endOf, FORMAT, jsonRows, openInspection, shownRows, TABLE_ROWS } from "./look.ts";
import { LIMIT_FLAGS } from "./run_limits.ts";

const on = single({
  name: "on",
  value: "WHERE",
  summary: "What to ask: a connection's name, a URL, a file or a folder of files",
  default: `${DEFAULT_DATABASE} of this folder`,
});

/** `dteg query`: asks a database, a file or a folder of files. */
export const query: Command = {
  name: "query",
  summary: "Ask a database, a file or a folder of files with SQL",
  group: "data",
  details:
    "The SQL is DuckDB's and only reads. Tables are the streams of what --on names: of a file its base name, of a folder " +
    "each file and sub-folder.",
  args: [{ name: "SQL", summary: "One statement that reads", required: true }],
  flags: [on, FORMAT, ...LIMIT_FLAGS, ...LOAD_FLAGS],
  examples: [
    { line: "dteg query 'FROM orders LIMIT 10'", what: `the table orders of ${DEFAULT_DATABASE}` },
    { line: "dteg query 'SELECT status, count(*) FROM orders GROUP BY ALL' --on orders.csv", what: "a file, as it is" },
    { line: "dteg query 'FROM orders' --format csv", what: "rows for a program" },
  ],
  async run(app, input): Promise<Outcome> {
    const [sql] = input.args;
    const where = flagValue(input, on) ?? DEFAULT_DATABASE;
    const isTable = (flagValue(input, FORMAT) ?? "table") === "table";
    await using inspection = await openInspection(app, { input, end: await endOf(app, { input, text: where }) });
    const found = await inspection.query(sql, isTable && !app.terminal.json ? { limit: TABLE_ROWS + 1 } : {}).catch(
      (error) => {
        throw withHint(error, { where, isDefault: flagValue(input, on) === undefined });
      },
    );
    const { rows } = found;
    const isCut = isTable && rows.length > TABLE_ROWS && !app.terminal.json;
    const shown = isCut ? { ...found, rows: rows.slice(0, TABLE_ROWS) } : found;
    if (isCut) app.terminal.log("info", `these are the first ${TABLE_ROWS} rows; --format csv gives all`);
    return {
      summary: formatCountOf(shown.rows.length, "row"),
      result: app.terminal.json ? jsonRows(found) : null,
      output: app.terminal.json ? undefined : shownRows(shown, { app, input }),
    };
  },
};

function withHint(error: unknown, { where, isDefault }: { where: string; isDefault: boolean }): unknown {
  if (!(error instanceof DtegError) || error.code !== "file.not_found" || !isDefault) return error;
  return new DtegError("file.not_found", `there is no ${where} in this folder to ask`, {
    path: where,
    cause: error,
    hint: "say what to ask with --on, or load something first: dteg run orders.csv",
  });
}
