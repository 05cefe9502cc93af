import {
  DtegError,
  type DuckSession,
  formatName,
  quoteName,
  quoteTable,
  quoteText,
  requireNow,
  type Target,
  type Undoing,
} from "../../../sdk/mod.ts";
import type { FileCatalogue } from "../file_catalogue.ts";
import { removeState } from "../state/state_changes.ts";
import { makeStateTable, readState, writeState } from "../state/state_table.ts";
import { isKept } from "./existing_table.ts";

interface Place {
  readonly session: DuckSession;
  readonly catalog: string;
}

/** Keeps what a replace takes away: under another name where the table itself goes, else as a copy. What is kept no longer is dropped. */
export async function keepReplaced(
  { session, catalog }: Place,
  { table: { schema = "main", name }, keep }: Pick<Target, "table" | "keep">,
  { as }: { readonly as: "renamed" | "copy" | "nothing" },
): Promise<void> {
  for (const old of keep.drop) await session.run(`DROP TABLE IF EXISTS ${quoteTable(catalog, schema, old)}`);
  const whole = quoteTable(catalog, schema, name);
  if (as === "nothing") return;
  if (keep.name === undefined) {
    if (as === "renamed") await session.run(`DROP TABLE ${whole}`);
  } else if (as === "renamed") await session.run(`ALTER TABLE ${whole} RENAME TO ${quoteName(keep.name)}`);
  else await session.run(`CREATE TABLE ${quoteTable(catalog, schema, keep.name)} AS FROM ${whole}`);
}

/** Takes back the last load of a table, with its state. */
export async function undoLoad(
  { session, catalog, known }: Place & { readonly known: FileCatalogue },
  undoing: Undoing,
): Promise<void> {
  const { table: { schema = "main", name }, now, then } = undoing;
  const place = { catalog, schema }, whole = quoteTable(catalog, schema, name);
  await session.alone(catalog, async () => {
    await makeStateTable(session, place);
    const existing = await known.find(session, { schema, name });
    await session.run("BEGIN");
    try {
      requireNow(undoing, await readState(session, { ...place, target: name, owner: now }));
      if (undoing.from.kind === "rows") {
        await session.run(
          `DELETE FROM ${whole} WHERE ${quoteName(undoing.from.column)} = ${quoteText(undoing.from.run)}`,
        );
      } else await putBack(undoing.from.name);
      if (now) await removeState(session, { ...place, state: now });
      if (then) await writeState(session, place, then);
      await session.run("COMMIT");
    } catch (error) {
      await session.run("ROLLBACK").catch(() => 0); // the first error tells more
      throw impossible(error);
    } finally {
      known.forget();
    }

    async function putBack(version: string): Promise<void> {
      const kept = quoteTable(catalog, schema, version);
      if (!await known.find(session, { schema, name: version })) throw impossible(`${kept}, which was kept, is gone`);
      if (existing && isKept(existing, { schema: [], options: {} })) {
        const columns = (await known.find(session, { schema, name: version }))?.columns ?? [];
        const list = columns.map((column) => quoteName(column.name)).join(", ");
        await session.run(`DELETE FROM ${whole}`);
        await session.run(`INSERT INTO ${whole} (${list}) SELECT ${list} FROM ${kept}`);
        await session.run(`DROP TABLE ${kept}`);
        return;
      }
      if (existing) await session.run(`DROP TABLE ${whole}`);
      await session.run(`ALTER TABLE ${kept} RENAME TO ${quoteName(name)}`);
    }
  });

  function impossible(reason: unknown): unknown {
    if (typeof reason !== "string" && !(reason instanceof DtegError && reason.code === "query.failed")) return reason;
    const text = typeof reason === "string" ? reason : reason.message;
    return new DtegError("undo.impossible", `cannot take back the load of ${formatName(undoing.table)}: ${text}`, {
      hint: "nothing is changed",
      ...(typeof reason !== "string" && { cause: reason }),
    });
  }
}
