import { adhocEnd, type End, hidePasswords, type LoadOptions, maskKey } from "../../config/mod.ts";
import type { AskOptions } from "../../engine/ask/ask_context.ts";
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

/** What a command that asks works with. */
export interface Asking {
  readonly load: LoadOptions;
  readonly ask: AskOptions;
}

/** Project, environment and limits of a command that asks and writes nothing. */
export async function prepareAsk(app: App, input: Input): Promise<Asking> {
  const run = newRunId();
  const load = await loadOptions(app, input, { runId: run });
  const ask: AskOptions = {
    run,
    version: app.version,
    connectors: await app.connectors(),
    limits: limitsOf(input),
    tempParent: tempParent(app),
    signal: app.signal,
    maskKey: () => maskKey(load.environment, load),
    mask: (text) => hidePasswords(load.secrets.mask(text)),
    warn: (text) => app.terminal.log("warn", text),
  };
  return { load, ask };
}

/** An end by URL, path or name of a connection. */
export async function endOf(
  text: string,
  { load, role = "source" }: Pick<Asking, "load"> & { readonly role?: "source" | "destination" },
): Promise<End> {
  return await adhocEnd(text, role, load);
}

/** Opens an end to be looked at. */
export async function openInspection(end: End, { ask }: Asking): Promise<Inspection> {
  const { inspect } = await import("../../engine/inspect.ts");
  return await inspect(end, ask);
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
