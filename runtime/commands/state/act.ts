import type { AskContext } from "../../engine/ask/ask_context.ts";
import type { App } from "../app.ts";
import type { Input } from "../command.ts";
import type { Asking } from "../data/look.ts";

/** What an action works with. `words` are the arguments after its own name. */
export interface Act {
  readonly app: App;
  readonly input: Input;
  readonly asking: Asking;
  readonly context: AskContext;
  readonly words: readonly string[];
}
