import type { ErrorCode } from "../../sdk/mod.ts";
import { type Kind, KINDS } from "./kinds.ts";

/** The ends that values come from and go to, each with a plug of its own in ends/. */
export const ENDS = ["csv", "ndjson", "json", "parquet", "duckdb", "postgres", "mysql"] as const;
export type End = typeof ENDS[number];

/** How a source gets a value. */
export interface Made {
  /** Of a database the column's type; of text files the type that the pipeline declares, none where it is to be guessed. */
  readonly type?: string;
  /** SQL, the field's text, JSON, or an array of pyarrow: what the end is made with. */
  readonly value: string;
}

/** A value that must not arrive: the run fails with this code and names the column. */
export interface Refused {
  readonly code: ErrorCode;
  /** The error does not name the column. */
  readonly isUnplaced?: boolean;
  /** `on_loss` does not come to it. */
  readonly isFinal?: boolean;
}

/** What must arrive, as text of its kind, or the refusal. */
export type Wanted = string | Refused | Arrived;

/** What must arrive in another form, or NULL; with `warning`, a warning of the report that tells it. */
export type Arrived =
  | { readonly kind: Kind; readonly is: null }
  | { readonly kind: Kind; readonly is: string; readonly told: string; readonly warning?: RegExp };

/** Whom an exception is for: a pair, all that comes from a source, all that goes to a target, or all. */
export type Route = `${End | ""}>${End | ""}`;

/** A value that is easily bent on its way. */
export interface Nasty {
  /** Name of its column, too. */
  readonly id: string;
  readonly why: string;
  readonly kind: Kind;
  /** What it is, as text of its kind. */
  readonly is: string;
  readonly from: Readonly<Partial<Record<End, Made>>>;
  readonly to: Readonly<Partial<Record<Route, Wanted>>>;
}

interface Odd {
  /** Instead of what the kind makes of the value; null where the source cannot hold it. */
  readonly from?: Readonly<Partial<Record<End, Made | string | null>>>;
  /** Only these sources have it. */
  readonly only?: readonly End[];
  readonly to?: Nasty["to"];
}

/** A line of the table. Its sources are those whose kind can hold it. */
export type Line = readonly [kind: Kind, is: string, why: string, odd?: Odd];

/** The lines of one part of the table, each with a name. */
export function nasty(part: string, lines: readonly Line[]): readonly Nasty[] {
  return lines.map(([kind, is, why, { from = {}, only, to = {} } = {}], index) => {
    const made = KINDS[kind.replace(/\(.*/, "") as Kind](is, kind);
    const given = Object.fromEntries(
      Object.entries(from).map(([end, one]) => [
        end,
        typeof one === "string" ? { ...made[end as End], value: one } : one,
      ]),
    );
    const all = Object.entries({ ...made, ...given }).filter(([end, one]) =>
      one && (only === undefined || only.includes(end as End) || end in given)
    );
    return { id: `${part}${index + 1}`, why, kind, is, from: Object.fromEntries(all), to };
  });
}

export const refused = (code: ErrorCode): Refused => ({ code });
/** Refused whatever `on_loss` says: only the server that it goes to, or the reader, finds it. */
export const refusedAnyway = (code: ErrorCode): Refused => ({ code, isFinal: true });

/** What must become of a value that goes from one end to another. */
export function wantedOf(
  { to, is }: Nasty,
  { source, target }: { readonly source: End; readonly target: End },
): Wanted {
  return to[`${source}>${target}`] ?? to[`${source}>`] ?? to[`>${target}`] ?? to[">"] ?? is;
}

export const isRefused = (wanted: Wanted): wanted is Refused => typeof wanted === "object" && "code" in wanted;
