import { DtegError } from "../../../sdk/mod.ts";
import type { MysqlSession } from "../session.ts";
import { loadLock, takeOver } from "../write/names_held.ts";
import { removeLoad } from "../write/remove_dead.ts";
import { isCommitted } from "./state_table.ts";

const TRIES = 8;
const FIRST_WAIT = 250; // milliseconds, doubled each time up to MOST_WAIT
const MOST_WAIT = 4000;
const TRIES_OF_INTERRUPTED = 3;

interface Question {
  connectAnew(options?: { readonly signal: AbortSignal }): Promise<MysqlSession>;
  readonly schema: string;
  readonly run: string;
  readonly load: string;
  /** The target as messages name it. */
  readonly label: string;
  readonly signal: AbortSignal;
}

/** The reply to the act of commit was lost: the server knows whether it took place, once the session that sent it has ended. */
export async function askCommitted({ connectAnew, schema, run, load, label, signal }: Question): Promise<boolean> {
  let failure: unknown;
  const { signal: lasting } = new AbortController(); // what became of the load is asked also when the run is interrupted
  for (let tried = 0; tried < (signal.aborted ? TRIES_OF_INTERRUPTED : TRIES); tried++) {
    try {
      await using session = await connectAnew({ signal: lasting });
      await takeOver(session, loadLock(schema, load));
      const isThere = await isCommitted(session, { schema, load });
      await removeLoad(session, { schema, run, load });
      return isThere;
    } catch (error) {
      failure = error;
      await new Promise((resolve) => setTimeout(resolve, Math.min(FIRST_WAIT * 2 ** tried, MOST_WAIT)));
    }
  }
  const reason = failure instanceof Error ? failure.message : String(failure);
  throw new DtegError(
    "connection.lost",
    `the connection was lost at the commit of ${label}, and the server cannot be asked whether it took place: ${reason}`,
    {
      hint: "when the server is back, look at the table; a replace or merge can be run again in any case",
      cause: failure,
    },
  );
}
