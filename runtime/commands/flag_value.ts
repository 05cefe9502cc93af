import { DtegError, nearest } from "../../sdk/mod.ts";
import type { Flag } from "./command.ts";

type Row<T> = Omit<Flag<T>, "parse" | "many">;

/** A flag that is there or not. */
export function toggle(row: Omit<Row<boolean>, "value">): Flag<boolean> {
  return row;
}

/** A flag with one value. */
export function single<T = string>(row: Row<T> & { readonly parse?: (text: string) => T }): Flag<T> {
  return row;
}

/** A flag that may stand several times. `parse` turns one text into the values that it holds. */
export function list<T = string>(row: Row<readonly T[]> & { readonly parse?: (text: string) => readonly T[] }): Flag<
  readonly T[]
> {
  return { ...row, many: true };
}

/** Names with commas between; one with a comma or quote in it stands in double quotes, as in CSV. */
export function names(text: string): readonly string[] {
  const found: string[] = [];
  const field = /\s*(?:"((?:[^"]|"")*)"|([^",]*[^",\s]))\s*(,|$)/y;
  do {
    const match = field.exec(text);
    if (!match) throw new Error('wanted names with commas between: id,"odd, name"');
    found.push(match[1] === undefined ? match[2] : match[1].replaceAll('""', '"'));
    if (match[3] === "") return found;
  } while (true);
}

/** What names a source or a target, as it is. */
export function end(text: string): string {
  if (text.trim() === "") throw new Error("wanted a URL, a path or the name of a connection");
  return text;
}

/** `name=value`, as it is. */
export function assignment(text: string): readonly string[] {
  if (text.indexOf("=") < 1) throw new Error("wanted NAME=VALUE");
  return [text];
}

/** A date or a time in ISO form, or a number. */
export function intervalEnd(text: string): string {
  const form = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?$/;
  const day = text.slice(0, 10), midnight = new Date(`${day}T00:00:00Z`);
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().slice(0, 10) === day;
  if (form.test(text) && isDay && !Number.isNaN(Date.parse(text.replace(" ", "T")))) return text;
  if (/^-?\d+(\.\d+)?$/.test(text)) return text;
  throw new Error("wanted a date such as 2024-05-01, a time such as 2024-05-01T06:30:00Z, or a number");
}

/** A word of a list of which some come with a later version. */
export function word<T extends string>({ now, later }: {
  readonly now: readonly T[];
  readonly later: readonly string[];
}): (text: string) => T {
  return (text) => {
    const known = now.find((known) => known === text);
    if (known !== undefined) return known;
    if (later.includes(text)) throw new DtegError("usage", `this version does not have ${JSON.stringify(text)} yet`);
    const near = nearest(text, now);
    throw new DtegError(
      "flag.invalid",
      `wanted one of ${now.join(", ")}`,
      near ? { hint: `did you mean ${near}?` } : {},
    );
  };
}
