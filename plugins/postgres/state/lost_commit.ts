import { DtegError } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import { holdName, isCommitted } from "./state_table.ts";

const TRIES = 8;
const FIRST_WAIT = 250; // milliseconds, doubled each time up to MOST_WAIT
const MOST_WAIT = 4000;
const TRIES_OF_INTERRUPTED = 3;

interface Question {
  connectAnew(signal?: AbortSignal): Promise<PgSession>;
  readonly schema: string;
  readonly load: string;
  /** The target as messages name it. */
  readonly label: string;
  readonly signal: AbortSignal;
}

/** The reply to COMMIT was lost: the server knows whether it took place, once the session that sent it has ended. */
export async function askCommitted({ connectAnew, schema, load, label, signal }: Question): Promise<boolean> {
  let failure: unknown;
  const { signal: lasting } = new AbortController(); // what became of the load is asked also when the run is interrupted
  for (let tried = 0; tried < (signal.aborted ? TRIES_OF_INTERRUPTED : TRIES); tried++) {
    try {
      await using session = await connectAnew(lasting);
      return await session.transaction(async () => {
        await holdName(session, `load ${load}`);
        return await isCommitted(session, { schema, load });
      });
    } catch (error) {
      failure = error;
      await new Promise((resolve) => setTimeout(resolve, Math.min(FIRST_WAIT * 2 ** tried, MOST_WAIT)));
    }
  }
  const reason = failure instanceof Error ? failure.message : String(failure);
  throw new DtegError(
    "connection.lost",
    `the connection was lost at the COMMIT of ${label}, and the server cannot be asked whether it took place: ${reason}`,
    {
      hint: "when the server is back, look at the table; a replace or merge can be run again in any case",
      cause: failure,
    },
  );
}
