import { DtegError, type ReadEnd, type ScanBatch } from "../../../sdk/mod.ts";
import { takeSession } from "../pool.ts";
import { type AskSnapshot, countLate, type PgCursor, positionOf, tailCondition } from "./cursor_read.ts";
import { type Reading, withWhere } from "./reading.ts";

/** Finds out how a read by cursor ended, while its snapshot is still open. */
export interface EndOfRead {
  /** Asks the snapshot; `keep` reads rows of it and keeps them. */
  ask(snapshot: AskSnapshot, keep: (reading: Reading) => Promise<ScanBatch>): Promise<void>;
  result(): Promise<ReadEnd>;
}

/** The end of a read through the stage. */
export function readEnd(reading: Reading, cursor: PgCursor): EndOfRead {
  let found: ReadEnd | undefined;
  return {
    async ask(ask, keep) {
      const late = await countLate(reading, { cursor, ask });
      await using session = await takeSession(reading.parameters, reading.host);
      const { position, nulls } = await positionOf(reading, { cursor, ask, session });
      const tail = reading.request.cursor?.wantsTail
        ? await keep(withWhere(reading, tailCondition(reading, { cursor, position })))
        : undefined;
      found = { position, nulls, late, ...(tail && { tail }) };
    },
    result() {
      if (!found) throw new DtegError("internal", "how far a stream was read is asked before it was read");
      return Promise.resolve(found);
    },
  };
}
