import { DtegError, nearest } from "../../sdk/mod.ts";
import type { Command } from "./command.ts";
import { quoteWord } from "./parse.ts";

/** Commands by name, each loaded only when it is asked for. */
export type Catalogue = Readonly<Record<string, () => Promise<Command>>>;

/** The commands of this version, in the order that help shows. */
export const COMMANDS: Catalogue = {
  init: async () => (await import("./project/init.ts")).init,
  validate: async () => (await import("./project/validate.ts")).validate,
  connection: async () => (await import("./project/connection.ts")).connection,
  schema: async () => (await import("./project/schema.ts")).schema,
  list: async () => (await import("./inspect/list.ts")).list,
  run: async () => (await import("./data/run.ts")).run,
  plan: async () => (await import("./data/plan.ts")).plan,
  discover: async () => (await import("./data/discover.ts")).discover,
  check: async () => (await import("./data/check.ts")).check,
  diff: async () => (await import("./inspect/diff.ts")).diff,
  preview: async () => (await import("./data/preview.ts")).preview,
  verify: async () => (await import("./verify/verify.ts")).verify,
  query: async () => (await import("./data/query.ts")).query,
  rejects: async () => (await import("./rejects/rejects.ts")).rejects,
  state: async () => (await import("./state/state.ts")).state,
  undo: async () => (await import("./state/undo.ts")).undo,
  clean: async () => (await import("./state/clean.ts")).clean,
  runs: async () => (await import("./inspect/runs.ts")).runs,
  doctor: async () => (await import("./machine/doctor.ts")).doctor,
  completion: async () => (await import("./machine/completion.ts")).completion,
  version: async () => (await import("./machine/version.ts")).version,
  help: async () => (await import("./project/help.ts")).help,
};

/** Settled commands that a later version builds. */
export const LATER_COMMANDS: readonly string[] = ("test compile explain secret schedule " +
  "serve worker plugin user audit").split(" ");

/** Loads a command, or says what is wrong with its name. */
export async function loadCommand(name: string, catalogue: Catalogue): Promise<Command> {
  if (Object.hasOwn(catalogue, name)) return await catalogue[name]();
  if (LATER_COMMANDS.includes(name)) {
    throw new DtegError("usage", `this version does not have the command ${name} yet`, {
      hint: "`dteg help` lists the commands that it has",
    });
  }
  const close = nearest(name, Object.keys(catalogue));
  const isFile = !close && /[./:*]/.test(name);
  const hint = close
    ? `did you mean \`dteg ${close}\`?`
    : isFile
    ? "a file or pipeline is loaded by `dteg run`: put `run` before it"
    : "`dteg help` lists the commands";
  throw new DtegError("usage", `there is no command ${quoteWord(name)}`, { hint });
}
