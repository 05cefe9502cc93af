import { type DuckSession, type Host, quoteTable, quoteText, type TableName } from "../../sdk/mod.ts";
import type { ExistingTable } from "./write/existing_table.ts";

/**
 * What a run knows of a database file. DuckDB looks through all tables of all that is attached to answer for one, so it is asked once for
 * all of them. No other process can write to the file meanwhile: what this run has not changed stays as it was.
 */
export interface FileCatalogue {
  /** The table or view of a name, undefined where there is none. */
  find(session: DuckSession, table: TableName): Promise<ExistingTable | undefined>;
  /** Takes a step that is needed once for a run. */
  once(name: string, step: () => Promise<void>): Promise<void>;
  /** A load has made or changed a table. */
  changed(table: TableName): void;
  /** Statements of the user may have changed anything. */
  forget(): void;
}

/** The catalogue of the file that a run has attached under a name. */
export function catalogueOf(host: Host, catalog: string): FileCatalogue {
  return host.shared(`duckdb ${catalog}`, () => makeCatalogue(catalog));
}

type Found = Omit<ExistingTable, "columns"> & { readonly comments: ReadonlyMap<string, string> };

const keyOf = (schema: string, name: string) => JSON.stringify([schema.toLowerCase(), name.toLowerCase()]);

function makeCatalogue(catalog: string): FileCatalogue {
  const changed = new Set<string>();
  const steps = new Map<string, Promise<void>>();
  let known: Promise<ReadonlyMap<string, Found>> | undefined;

  const load = (session: DuckSession) => {
    changed.clear();
    known = readAll(session, catalog);
    known.catch(() => known = undefined);
    return known;
  };

  return {
    async find(session, { schema = "main", name }) {
      const key = keyOf(schema, name);
      const all = known && !changed.has(key) ? known : load(session);
      const found = (await all).get(key);
      if (!found) return undefined;
      const { comments, ...table } = found;
      const rows = await session.all(`DESCRIBE ${quoteTable(catalog, schema, table.name)}`);
      const columns = rows.map((row) => {
        const comment = comments.get(String(row.column_name));
        return {
          name: String(row.column_name),
          native: String(row.column_type),
          required: row.null === "NO",
          ...(row.default !== null && { filled: "default" as const }),
          ...(comment !== undefined && { comment }),
        };
      });
      return { ...table, columns };
    },
    async once(name, step) {
      const taken = steps.get(name) ?? step();
      steps.set(name, taken);
      await taken.catch((error) => {
        steps.delete(name);
        throw error;
      });
    },
    changed: ({ schema = "main", name }) => void changed.add(keyOf(schema, name)),
    forget() {
      known = undefined;
      steps.clear();
    },
  };
}

/** All tables and views with what hangs on them, but for their columns. */
async function readAll(session: DuckSession, catalog: string): Promise<ReadonlyMap<string, Found>> {
  const inside = `database_name = ${quoteText(catalog)}`;
  const tables = await session.all(
    `SELECT schema_name, table_name, estimated_size, comment, false AS is_view FROM duckdb_tables() WHERE ${inside} ` +
      `UNION ALL SELECT schema_name, view_name, NULL, comment, true FROM duckdb_views() WHERE ${inside} AND NOT internal`,
  );
  const marked = await session.all(
    `SELECT schema_name, table_name FROM duckdb_constraints() WHERE ${inside} ` +
      `UNION SELECT schema_name, table_name FROM duckdb_indexes() WHERE ${inside} ` +
      `UNION SELECT schema_name, table_name FROM duckdb_columns() WHERE ${inside} AND NOT internal AND column_default IS NOT NULL`,
  );
  const commented = await session.all(
    `SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() WHERE ${inside} AND comment IS NOT NULL`,
  );
  const keys = await session.all(
    `SELECT k.schema_name, k.table_name, k.constraint_column_names AS columns FROM duckdb_constraints() k WHERE ${inside} ` +
      `AND constraint_type = 'PRIMARY KEY' AND EXISTS (FROM duckdb_constraints() f WHERE f.${inside} AND f.constraint_type = 'FOREIGN KEY' ` +
      `AND lower(f.schema_name) = lower(k.schema_name) AND lower(f.referenced_table) = lower(k.table_name))`,
  );
  const keyOfRow = ({ schema_name, table_name }: (typeof tables)[number]) =>
    keyOf(String(schema_name), String(table_name));
  const dependents = new Set(marked.map(keyOfRow));
  const comments = Map.groupBy(commented, keyOfRow);
  const referenced = new Map(keys.map((row) => [keyOfRow(row), row.columns as readonly string[]]));
  return new Map(tables.map((row) => {
    const key = keyOfRow(row);
    const referencedKey = referenced.get(key);
    return [key, {
      name: String(row.table_name),
      isView: row.is_view === true,
      hasDependents: dependents.has(key),
      comments: new Map(comments.get(key)?.map(({ column_name, comment }) => [String(column_name), String(comment)])),
      ...(row.comment !== null && { comment: String(row.comment) }),
      ...(row.estimated_size !== null && { rows: Number(row.estimated_size) }),
      ...(referencedKey && { referencedKey }),
    }];
  }));
}
