import {
  DtegError,
  type DuckSession,
  type LoadMark,
  quoteTable,
  quoteText,
  type Row,
  type StateOwner,
  type TargetState,
} from "../../../sdk/mod.ts";

/** Where a load keeps its state: a table beside the data. */
export const TABLE = "_dteg_state";
/** DuckDB's words where the table, or its schema, is not there. */
const MISSING = /^Table with name .*_dteg_state"? does not exist/;

/** A schema of an attached database. */
export interface SchemaPlace {
  readonly catalog: string;
  readonly schema: string;
}

/** The state of the last load into a table; that of one stream where it is named. */
export async function readState(
  session: DuckSession,
  { target, owner, ...place }: SchemaPlace & { readonly target: string; readonly owner?: StateOwner },
): Promise<TargetState | undefined> {
  const whose = owner ? ` AND pipeline = ${quoteText(owner.pipeline)} AND stream = ${quoteText(owner.stream)}` : "";
  const [row] = await session.all(
    `SELECT * FROM ${quoteTable(place.catalog, place.schema, TABLE)} WHERE lower(target) = lower(${
      quoteText(target)
    })${whose} ORDER BY committed_at DESC LIMIT 1`,
  ).catch((error) => {
    if (error instanceof DtegError && MISSING.test(error.message)) return [];
    throw error;
  });
  return row && stateOf(row);
}

/** What a row of the table says. One of an older dteg lacks some columns. */
export function stateOf(row: Row): TargetState {
  return {
    pipeline: String(row.pipeline),
    stream: String(row.stream),
    target: String(row.target),
    load: String(row.load_id),
    run: String(row.run_id),
    committedAt: String(row.committed_at),
    names: JSON.parse(String(row.names)),
    masks: JSON.parse(String(row.masks ?? "{}")),
    ...(typeof row.types === "string" && { types: JSON.parse(row.types) }),
    ...(typeof row.position === "string" && { position: JSON.parse(row.position) }),
    ...(typeof row.trace === "string" && { undo: JSON.parse(row.trace) }),
  };
}

/** Makes the table of state where it is missing. Before the commit, so that two commits do not collide over it. */
export async function makeStateTable(session: DuckSession, { catalog, schema }: SchemaPlace): Promise<void> {
  await session.run(
    `CREATE TABLE IF NOT EXISTS ${
      quoteTable(catalog, schema, TABLE)
    } (pipeline VARCHAR NOT NULL, stream VARCHAR NOT NULL, target VARCHAR NOT NULL, ` +
      `load_id VARCHAR NOT NULL, run_id VARCHAR NOT NULL, committed_at VARCHAR NOT NULL, names VARCHAR NOT NULL, masks VARCHAR, ` +
      "position VARCHAR, trace VARCHAR, types VARCHAR)",
  );
  for (const later of ["masks", "position", "trace", "types"]) { // a table of an older dteg lacks them
    await session.run(`ALTER TABLE ${quoteTable(catalog, schema, TABLE)} ADD COLUMN IF NOT EXISTS ${later} VARCHAR`);
  }
}

/** Puts the state of a load in the place of the one before, inside the transaction that is open. */
export async function writeState(
  session: DuckSession,
  { catalog, schema }: SchemaPlace,
  mark: LoadMark,
): Promise<void> {
  const table = quoteTable(catalog, schema, TABLE);
  const { pipeline, stream, target } = mark;
  await session.run(
    `DELETE FROM ${table} WHERE pipeline = ${quoteText(pipeline)} AND stream = ${
      quoteText(stream)
    } AND lower(target) = lower(${quoteText(target)})`,
  );
  const { names, masks = {}, types = {} } = mark;
  const position = mark.position ? quoteText(JSON.stringify(mark.position)) : "NULL";
  const undo = mark.undo ? quoteText(JSON.stringify(mark.undo)) : "NULL";
  const values = [
    pipeline,
    stream,
    target,
    mark.load,
    mark.run,
    mark.committedAt,
    JSON.stringify(names),
    JSON.stringify(masks),
    JSON.stringify(types),
  ]
    .map(quoteText);
  await session.run(
    `INSERT INTO ${table} (pipeline, stream, target, load_id, run_id, committed_at, names, masks, types, position, trace) VALUES (${
      values.join(", ")
    }, ${position}, ${undo})`,
  );
}
