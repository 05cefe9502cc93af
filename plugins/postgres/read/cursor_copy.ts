import type { ReadEnd } from "../../../sdk/mod.ts";
import { takeSession } from "../pool.ts";
import { copyReader, type Unverified } from "./copy_reader.ts";
import { countLate, type PgCursor, positionOf, withCursor } from "./cursor_read.ts";
import type { Reading } from "./reading.ts";

/** Reads by binary COPY what a cursor asks for: how far that is, is asked first, in the snapshot that the rows are then read from. */
export async function cursorCopyReader(whole: Reading, cursor: PgCursor): Promise<Unverified> {
  let end: ReadEnd | undefined;
  const reader = await copyReader(whole, async ({ session }) => {
    const ask = async (sql: string) => (await session.query(sql))[0];
    const late = await countLate(whole, { cursor, ask });
    await using other = await takeSession(whole.parameters, whole.host);
    end = { ...await positionOf(whole, { cursor, ask, session: other }), late };
    return withCursor(whole, cursor, { hasLate: late > 0 });
  });
  return {
    ...reader,
    complete: cursor.fresh === undefined,
    cursor: cursor.column.name,
    end: () => Promise.resolve(end!),
  };
}
