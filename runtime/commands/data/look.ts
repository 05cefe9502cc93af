import { adhocEnd, type End } from "../../config/mod.ts";
import type { Inspection, Looked } from "../../engine/inspect.ts";
import { newRunId } from "../../store/run_id.ts";
import type { App } from "../app.ts";
import { type Flag, flagValue, type Input } from "../command.ts";
import { single } from "../flag_value.ts";
import { loadOptions } from "../project/load_options.ts";
import { formatRows, RESULT_FORMATS, type ResultFormat } from "../view/formats.ts";
import { limitsOf, tempParent } from "./run_limits.ts";

/** The form in which rows are printed. */
export const FORMAT: Flag<ResultFormat> = single<ResultFormat>({
  name: "format",
  value: "FORMAT",
  choices: RESULT_FORMATS,
  summary: "How rows are printed",
  default: "table",
});

/** An end by URL, path or name of a connection. */
export async function endOf(app: App, { input, text }: { readonly input: Input; readonly text: string }): Promise<End> {
  return await adhocEnd(text, "source", await loadOptions(app, input));
}

/** Opens an end to be looked at. */
export async function openInspection(
  app: App,
  { input, end }: { readonly input: Input; readonly end: End },
): Promise<Inspection> {
  const { inspect } = await import("../../engine/inspect.ts");
  return await inspect(end, {
    connectors: await app.connectors(),
    limits: limitsOf(input),
    tempParent: tempParent(app),
    id: newRunId(),
    signal: app.signal,
    warn: (text) => app.terminal.log("warn", text),
  });
}

/** Rows as text for people or programs. */
export function shownRows(
  { columns, rows }: Looked,
  { app, input, maxRows }: { app: App; input: Input; maxRows?: number },
): string {
  const { width, out, outIsTty } = app.terminal;
  const format = flagValue(input, FORMAT) ?? "table";
  return formatRows(format, { columns, rows }, { types: true, style: out, maxRows, ...(outIsTty && { width }) });
}

/** Rows as --json has them: each an object, values as text, NULL as null. */
export function jsonRows({ columns, rows }: Looked): unknown {
  return { columns, rows: rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]]))) };
}

/** Most rows that a table prints. */
export const TABLE_ROWS = 1000;
