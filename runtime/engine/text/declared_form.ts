import { type DataType, DtegError, type DuckSession, quoteText, type ReadOptions } from "../../../sdk/mod.ts";
import { duckType } from "../move/duck_type.ts";
import type { TextRule } from "./text_rule.ts";

/** Two numbers side by side: how many digits each has is only sure when all of them are there. */
const GLUED = /%-?[dmyYHMSjIfgn]%-?[dmyYHMSjIfgn]/;
const REDUNDANT = /%[aAwuUWj]/;
const ZONE = /%[zZ]/;

/** Texts of a declared strptime form. */
export function declaredForm(ref: string, { format, type }: { format: string; type: DataType }): TextRule {
  const form = quoteText(format);
  const parsed = `try_strptime(${ref}, ${form})`;
  const value = `CAST(${parsed} AS ${duckType(type)})`;
  const printed = `strftime(${parsed}, ${form})`;
  const tests = [`${parsed} IS NOT NULL`, `${value} = ${parsed}`]; // a time of day in a date, nanoseconds in microseconds
  if (GLUED.test(format)) tests.push(`${printed} = trim(${ref})`);
  else if (REDUNDANT.test(format) && !ZONE.test(format)) tests.push(`${loose(printed)} = ${loose(`trim(${ref})`)}`);
  if (/%z$/.test(format)) tests.push(`NOT regexp_matches(${ref}, '[+-](1[6-9]|[2-9][0-9])(:?[0-9]{2})?\\s*$')`);
  return { test: tests.join(" AND "), value };
}

const loose = (text: string) => `regexp_replace(lower(${text}), '(^|[^0-9])0+([0-9])', '\\1\\2', 'g')`;

/** Refuses forms that DuckDB cannot read, or that do not say what their columns hold. */
export async function checkForms(
  session: DuckSession,
  { options, types }: { readonly options: ReadOptions; readonly types: Iterable<DataType> },
): Promise<void> {
  const kinds = new Set([...types].map(({ kind }) => kind));
  const { dateFormat, timestampFormat } = options;
  if (dateFormat !== undefined && kinds.has("date")) {
    await checkForm(session, "date_format", dateFormat);
    if (ZONE.test(dateFormat)) throw badForm("date_format", dateFormat, { reason: "a date has no zone" });
  }
  if (timestampFormat === undefined) return;
  for (const kind of ["timestamp", "timestamptz"] as const) {
    if (!kinds.has(kind)) continue;
    await checkForm(session, "timestamp_format", timestampFormat);
    const hasZone = ZONE.test(timestampFormat);
    if (hasZone === (kind === "timestamptz")) continue;
    const reason = hasZone
      ? "it has a zone, and a column is declared as timestamp, which has none: declare timestamptz"
      : "it has no zone, and a column is declared as timestamptz: declare timestamp, or add %z";
    throw badForm("timestamp_format", timestampFormat, { reason });
  }
}

async function checkForm(session: DuckSession, setting: string, format: string): Promise<void> {
  if (!/%[YyGcx]/.test(format)) throw badForm(setting, format, { reason: "it has no year" });
  try {
    await session.all(`SELECT try_strptime('', ${quoteText(format)}) AS nothing`);
  } catch (cause) {
    const reason = /(?:Unrecognized|Trailing) format[^\n]*/.exec(String(cause))?.[0] ?? "it cannot be read";
    throw badForm(setting, format, { reason, cause });
  }
}

function badForm(setting: string, format: string, { reason, cause }: { reason: string; cause?: unknown }): DtegError {
  return new DtegError("connector.config", `cannot use ${setting} ${JSON.stringify(format)}: ${reason}`, {
    cause,
    hint: "it is a strptime form, as %d.%m.%Y or %Y-%m-%d %H:%M:%S%z",
  });
}
