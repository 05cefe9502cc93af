import { DtegError } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import { holdName, isCommitted } from "./state_table.ts";

const TRIES = 8;
const FIRST_WAIT = 250; // milliseconds, doubled each time up to MOST_WAIT
const MOST_WAIT = 4000;

interface Question {
  connectAnew(): Promise<PgSession>;
  readonly schema: string;
  readonly load: string;
  /** The target as messages name it. */
  readonly label: string;
  readonly signal: AbortSignal;
}

/** The reply to COMMIT was lost: the server knows whether it took place, once the session that sent it has ended. */
export async function askCommitted({ connectAnew, schema, load, label, signal }: Question): Promise<boolean> {
  let failure: unknown;
  for (let tried = 0; tried < TRIES && !signal.aborted; tried++) {
    try {
      await using session = await connectAnew();
      return await session.transaction(async () => {
        await holdName(session, `load ${load}`);
        return await isCommitted(session, { schema, load });
      });
    } catch (error) {
      failure = error;
      await new Promise((resolve) => setTimeout(resolve, Math.min(FIRST_WAIT * 2 ** tried, MOST_WAIT)));
    }
  }
  const reason = failure instanceof Error ? failure.message : "the run was interrupted";
  throw new DtegError(
    "connection.lost",
    `the connection was lost at the COMMIT of ${label}, and the server cannot be asked whether it took place: ${reason}`,
    {
      hint: "when the server is back, look at the table; a replace or merge can be run again in any case",
      cause: failure,
    },
  );
}
