import { DtegError } from "../../../sdk/mod.ts";
import { flagValue } from "../command.ts";
import { FLAGS } from "../flags.ts";
import type { Act } from "./act.ts";

/** Goes on where -y or a person says yes. */
export async function confirmed(question: string, { app, input }: Pick<Act, "app" | "input">): Promise<void> {
  if (flagValue(input, FLAGS.yes) === true) return;
  const answer = await app.terminal.confirm(question);
  if (answer) return;
  const message = answer === undefined ? `${question} Nobody is there to answer` : "nothing is changed";
  throw new DtegError("plan.confirm", message, { hint: "-y answers yes" });
}
