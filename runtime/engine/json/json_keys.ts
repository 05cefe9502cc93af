import { DtegError, type DuckSession, quoteText, type Row } from "../../../sdk/mod.ts";
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

/** Looks at all records, since a key may come late and a type may change at any place. Refuses what is no object. */
export async function findKeys(session: DuckSession, files: readonly JsonFile[]): Promise<FoundKeys> {
  const text = "CAST(json AS VARCHAR)";
  const risky = `regexp_matches(${text}, ${quoteText(RISKY_NUMBER)})`;
  const odd = "json_type(json) IS DISTINCT FROM 'OBJECT'";
  const numbered = `SELECT json, row_number() OVER () AS n FROM (${
    readEach(files, { list: "json", reader: "read_json_objects" })
  })`;
  const rows = await session.all(
    `SELECT CAST(json_structure(json) AS VARCHAR) AS structure, min(n) AS first, bool_or(${risky}) AS risky, ` +
      `bool_or(${odd}) AS odd, bool_or(${hasTrailingComma(text)}) AS trailing FROM (${numbered}) GROUP BY 1 ORDER BY 2`,
  );
  if (rows.some((row) => row.odd === true)) throw new DtegError("json.invalid", "a record is no object");
  if (rows.some((row) => row.trailing === true)) {
    throw new DtegError("json.invalid", "a comma stands before a closing bracket");
  }
  const keys = new Map<string, Set<Kind>>();
  for (const row of rows) addKeys(row, keys);
  if (rows.length > 0 && keys.size === 0) throw new DtegError("json.invalid", "no record has a key");
  const bad = [...keys.keys()].find((key) => key.includes("\0"));
  if (bad !== undefined) {
    throw new DtegError("json.invalid", `a record has the key ${JSON.stringify(bad)}, and no column can be named so`);
  }
  return { keys, isRisky: rows.some((row) => row.risky === true) };
}

function addKeys({ structure }: Row, keys: Map<string, Set<Kind>>): void {
  for (const { key, value } of membersOf(String(structure))) {
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
