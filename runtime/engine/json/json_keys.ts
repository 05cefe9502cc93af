import { DtegError, quoteText } from "../../../sdk/mod.ts";
import { MOST_COLUMNS, tooWide } from "../files/most_columns.ts";
import type { StageSession } from "../move/session.ts";
import { type JsonFile, readEach } from "./json_file.ts";
import { RISKY_NUMBER } from "./json_numbers.ts";
import { hasTrailingComma } from "../text/json_rule.ts";
import { membersOf } from "./members.ts";

/** What a key's values are, each once; NULL is none. */
export type Kind = "number" | "text" | "bool" | "nested";

/** What a look at all records found. */
export interface FoundKeys {
  /** In the order of the first record that has them. */
  readonly keys: ReadonlyMap<string, ReadonlySet<Kind>>;
  /** There may be numbers that a double changes. */
  readonly isRisky: boolean;
}

/** Bytes of a member at least: `"a":1,`. */
const SHORTEST = 6;

/** Looks at all records, since a key may come late and a type may change at any place. Refuses what is no object. */
export async function findKeys(session: StageSession, files: readonly JsonFile[]): Promise<FoundKeys> {
  const text = "CAST(json AS VARCHAR)";
  const risky = `regexp_matches(${text}, ${quoteText(RISKY_NUMBER)})`;
  const odd = "json_type(json) IS DISTINCT FROM 'OBJECT'";
  const numbered = `SELECT json, row_number() OVER () AS n FROM (${
    readEach(files, { list: "json", reader: "read_json_objects" })
  })`;
  const wide = `strlen(${text}) > ${MOST_COLUMNS * SHORTEST} AND len(json_keys(json)) > ${MOST_COLUMNS}`;
  const structure = `CASE WHEN NOT (${wide}) THEN CAST(json_structure(json) AS VARCHAR) END`;
  const faults = [odd, hasTrailingComma(text), wide].map((fault) => `bool_or(${fault})`);
  const keys = new Map<string, Set<Kind>>();
  let isRisky = false, count = 0;
  const found = new Set<number>();
  await session.each(
    `SELECT COLUMNS(*)::VARCHAR FROM (SELECT ${structure} AS structure, bool_or(${risky}) AS risky, ${
      faults.join(", ")
    } ` +
      `FROM (${numbered}) GROUP BY 1 ORDER BY min(n))`,
    (rows) => {
      count += rows.length;
      for (const [structure, risky, ...faulty] of rows) {
        isRisky ||= risky === "true";
        faulty.forEach((fault, index) => fault === "true" && found.add(index));
        if (structure !== null) addKeys(structure, keys);
        if (keys.size > MOST_COLUMNS) return false;
      }
      return true;
    },
  );
  if (found.has(0)) throw new DtegError("json.invalid", "a record is no object");
  if (found.has(1)) throw new DtegError("json.invalid", "a comma stands before a closing bracket");
  if (found.has(2) || keys.size > MOST_COLUMNS) throw tooWide(files[0].name);
  if (count > 0 && keys.size === 0) throw new DtegError("json.invalid", "no record has a key");
  const bad = [...keys.keys()].find((key) => key.includes("\0"));
  if (bad !== undefined) {
    throw new DtegError("json.invalid", `a record has the key ${JSON.stringify(bad)}, and no column can be named so`);
  }
  return { keys, isRisky };
}

function addKeys(structure: string, keys: Map<string, Set<Kind>>): void {
  for (const { key, value } of membersOf(structure)) {
    const kinds = keys.get(key) ?? new Set<Kind>();
    keys.set(key, kinds);
    const kind = kindOf(value);
    if (kind) kinds.add(kind);
  }
}

function kindOf(structure: string): Kind | undefined {
  if (structure === '"NULL"') return undefined;
  if (structure === '"VARCHAR"') return "text";
  if (structure === '"BOOLEAN"') return "bool";
  return structure.startsWith('"') && structure !== '"JSON"' ? "number" : "nested";
}
