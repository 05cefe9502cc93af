import { type CursorRead, DtegError, type Interval, typeText } from "../../../sdk/mod.ts";

/** The ends of an interval as they were typed: a number, a date or a time. */
export interface TypedInterval {
  readonly start?: string;
  readonly end?: string;
}

const NUMBER = /^-?\d+(\.\d+)?$/;

/** An interval of a cursor. A date or a time without a zone is one of the time zone that is given. */
export function intervalOf(typed: TypedInterval, timezone: string): Interval {
  const { start, end } = typed;
  return ({ name, type }) => {
    const isNumber = /^(u?int|float64|decimal)/.test(type.kind); // two databases compare a float32 with a number in two ways
    const isTime = type.kind === "date" || type.kind === "timestamp" || type.kind === "timestamptz";
    const valueOf = (text: string) => {
      if (isNumber ? !NUMBER.test(text) : !isTime || NUMBER.test(text)) {
        throw new DtegError(
          "stream.cursor",
          `the interval's ${JSON.stringify(text)} does not fit the cursor ${JSON.stringify(name)}, which is ${
            typeText(type)
          }`,
          { column: name, hint: "numbers are for cursors of numbers, dates and times for those of times" },
        );
      }
      if (isNumber) return text;
      return type.kind === "timestamptz" ? instantOf(text, timezone) : localOf(text, timezone);
    };
    return {
      ...(start !== undefined && { start: valueOf(start) }),
      ...(end !== undefined && { end: valueOf(end) }),
    };
  };
}

/** Refuses what holds nothing. */
export function requireSpan({ start, end }: TypedInterval, timezone: string): void {
  if (start === undefined || end === undefined) return;
  const isNumber = NUMBER.test(start);
  const isMixed = isNumber !== NUMBER.test(end);
  const place = (text: string) => isNumber ? Number(text) : instantOf(text, timezone);
  if (!isMixed && place(start) < place(end)) return;
  throw new DtegError(
    "flag.invalid",
    isMixed
      ? `--interval-start ${start} and --interval-end ${end} are not of one kind`
      : `--interval-end ${end} is not after --interval-start ${start}, so that nothing is between them`,
  );
}

/** True where an end of an interval is not above the place, less a lag, up to which a cursor was read. What cannot be compared is above it. */
export function isAtMost(
  end: string,
  value: string,
  { timezone, lag }: { readonly timezone: string; readonly lag?: CursorRead["lag"] },
): boolean {
  if (NUMBER.test(end)) {
    const amount = lag && "amount" in lag ? lag.amount : 0;
    if (/^-?\d+$/.test(end) && /^-?\d+$/.test(value) && Number.isInteger(amount)) {
      return BigInt(end) <= BigInt(value) - BigInt(amount);
    }
    return Number(end) < Number(value) - amount;
  }
  const parts = partsOf(value);
  if (Number.isNaN(parts.clock)) return false;
  const seconds = lag && "seconds" in lag ? Math.ceil(lag.seconds) : 0;
  const top = textOf(parts.clock - (parts.offset ?? 0) * 60_000 - seconds * 1000, parts.micros);
  const bound = parts.offset === undefined ? localOf(end, timezone) : instantOf(end, timezone).slice(0, -3);
  return bound <= top;
}

const pad = (count: number, width = 2) => String(count).padStart(width, "0");

interface Parts {
  /** Milliseconds of the clock, as if it were that of UTC. */
  readonly clock: number;
  /** Six digits. */
  readonly micros: string;
  /** Minutes before UTC's clock; absent: it has no zone. */
  readonly offset?: number;
}

function partsOf(text: string): Parts {
  const [, day, time = "00:00", seconds = "00", fraction = "", zone] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/.exec(text) ?? [];
  const sign = zone?.startsWith("-") ? -1 : 1;
  const offset = zone === undefined
    ? undefined
    : zone === "Z"
    ? 0
    : sign * (Number(zone.slice(1, 3)) * 60 + (zone.length > 3 ? Number(zone.slice(-2)) : 0));
  return {
    clock: Date.parse(`${day}T${time}:${seconds}Z`),
    micros: fraction.padEnd(6, "0"),
    ...(offset !== undefined && { offset }),
  };
}

/** `YYYY-MM-DD HH:MM:SS.ffffff`. */
function textOf(clock: number, micros: string): string {
  const at = new Date(clock);
  const day = `${pad(at.getUTCFullYear(), 4)}-${pad(at.getUTCMonth() + 1)}-${pad(at.getUTCDate())}`;
  return `${day} ${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}:${pad(at.getUTCSeconds())}.${micros}`;
}

/** A time as an instant, in UTC. */
function instantOf(text: string, timezone: string): string {
  const { clock, micros, offset } = partsOf(text);
  const utc = offset === undefined ? utcOf(clock, timezone) : clock - offset * 60_000;
  return `${textOf(utc, micros)}+00`;
}

/** A time as the clock of the time zone shows it. */
function localOf(text: string, timezone: string): string {
  const { clock, micros, offset } = partsOf(text);
  return textOf(offset === undefined ? clock : clockAt(clock - offset * 60_000, timezone), micros);
}

/** What the clock of a time zone shows at an instant. */
function clockAt(utc: number, timezone: string): number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const parts = Object.fromEntries(format.formatToParts(utc).map(({ type, value }) => [type, value]));
  const year = parts.era === "BC" ? 1 - Number(parts.year) : Number(parts.year);
  const at = new Date(0);
  at.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
  at.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
  return at.getTime();
}

/** When a clock shows a time: the first time where it does twice; where it never does, as the clock before would go on. */
function utcOf(clock: number, timezone: string): number {
  const DAY = 86_400_000;
  const before = clockAt(clock - DAY, timezone) - (clock - DAY), after = clockAt(clock + DAY, timezone) - (clock + DAY);
  const found = [clock - before, clock - after].filter((utc) => clockAt(utc, timezone) === clock);
  return found.length > 0 ? Math.min(...found) : clock - before;
}
