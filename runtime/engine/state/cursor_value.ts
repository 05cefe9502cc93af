import { type DataType, DtegError, type LoadPosition } from "../../../sdk/mod.ts";

interface Form {
  readonly wanted: string;
  readonly pattern: RegExp;
}

const DAY = String.raw`\d{4,6}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`;
const CLOCK = String.raw`(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?`;
const ZONE = String.raw`(?:Z|[+-]\d\d(?::?\d\d)?)`;
const INTEGER: Form = { wanted: "a whole number", pattern: /^-?\d+$/ };
const NUMBER: Form = { wanted: "a number", pattern: /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i };
const DATE: Form = { wanted: "a date such as 2024-05-01", pattern: new RegExp(`^${DAY}$`) };
const LOCAL: Form = {
  wanted: "a time without a zone such as 2024-05-01 06:30:00",
  pattern: new RegExp(`^${DAY}[ T]${CLOCK}$`),
};
const INSTANT: Form = {
  wanted: "a time with its zone such as 2024-05-01 06:30:00+00",
  pattern: new RegExp(`^${DAY}[ T]${CLOCK} ?${ZONE}$`),
};
const UUID: Form = { wanted: "a UUID", pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i };
const TIME: Form = { wanted: "a time of day such as 06:30:00", pattern: new RegExp(`^${CLOCK}$`) };
const TEXT: Form = { wanted: "a text that is not empty", pattern: /^[\s\S]+$/ };

/** The forms of a value by which a form is known that no type tells; the first that fits counts. */
const KNOWN = [INTEGER, NUMBER, DATE, LOCAL, INSTANT, UUID, TIME];

/** A value that a cursor is set to, as it is; refused where it has not the form of the cursor's values. */
export function cursorValue(
  text: string,
  { position: { column, value }, type }: { readonly position: LoadPosition; readonly type?: DataType },
): string {
  const byType = formOf(type);
  const byValue = KNOWN.find(({ pattern }) => value !== null && pattern.test(value));
  const form = byValue === INTEGER && byType === NUMBER ? NUMBER : byValue ?? byType ?? TEXT;
  const day = /^\d{4,6}-\d\d-\d\d/.exec(text)?.[0];
  const isDay = day === undefined || form === TEXT || isCalendarDay(day);
  if (form.pattern.test(text) && isDay) return text;
  const is = value === null ? "has no value yet" : `is at ${value}`;
  throw new DtegError(
    "state.invalid",
    `cannot set the cursor ${column} to ${JSON.stringify(text)}: it ${is}, wanted ${form.wanted}`,
    { column, ...(isDay ? {} : { hint: `there is no day ${day}` }) },
  );
}

function isCalendarDay(text: string): boolean {
  const [year, month, day] = text.split("-").map(Number);
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function formOf(type: DataType | undefined): Form | undefined {
  if (type === undefined) return undefined;
  if (/^u?int/.test(type.kind)) return INTEGER;
  if (/^(float|decimal)/.test(type.kind)) return NUMBER;
  const forms: Readonly<Record<string, Form>> = {
    date: DATE,
    timestamp: LOCAL,
    timestamptz: INSTANT,
    uuid: UUID,
    time: TIME,
  };
  return forms[type.kind];
}
