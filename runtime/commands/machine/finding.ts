import { DtegError } from "../../../sdk/mod.ts";

/** How a finding is judged: `warn` may bite later, `bad` keeps dteg from working. */
export type Verdict = "ok" | "warn" | "bad";

/** One thing that `dteg doctor` looked at. */
export interface Finding {
  /** What was looked at: `cache folder`, `connection shop`. */
  readonly what: string;
  readonly verdict: Verdict;
  /** What was found, in a line. */
  readonly found: string;
  /** What to do; null where all is well. */
  readonly mend: string | null;
}

/** All is well. */
export function ok(what: string, found: string): Finding {
  return { what, verdict: "ok", found, mend: null };
}

/** Something may bite later. */
export function warn(what: string, { found, mend }: { readonly found: string; readonly mend: string }): Finding {
  return { what, verdict: "warn", found, mend };
}

/** Something keeps dteg from working. */
export function bad(what: string, { found, mend }: { readonly found: string; readonly mend: string }): Finding {
  return { what, verdict: "bad", found, mend };
}

/** Looks, and makes what is thrown on the way a finding. */
export async function look(what: string, see: () => Promise<Finding> | Finding): Promise<Finding> {
  try {
    return await see();
  } catch (thrown) {
    return badOf(what, thrown);
  }
}

/** An error as a finding. */
export function badOf(what: string, thrown: unknown): Finding {
  const { message, hint, code, path, line, col } = DtegError.from(thrown);
  const place = path === undefined ? "" : `${[path, line, col].filter((part) => part !== undefined).join(":")}: `;
  return bad(what, { found: `${place}${message}`, mend: hint ?? `see \`dteg help ${code}\`` });
}
