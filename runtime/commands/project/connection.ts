import { DtegError } from "../../../sdk/mod.ts";
import { declaredConnections, nearest } from "../../config/mod.ts";
import type { App } from "../app.ts";
import { type Command, type Flag, flagValue, type Input, type Outcome } from "../command.ts";
import { check } from "../data/check.ts";
import { FLAGS } from "../flags.ts";
import { ADD_FLAGS, addConnection } from "./connection_add.ts";
import { listConnections } from "./connection_list.ts";
import { LOAD_FLAGS, loadOptions } from "./load_options.ts";

type Action = "list" | "test" | "add";

const ACTIONS: readonly Action[] = ["list", "test", "add"];
const TEST_FLAGS = check.flags.filter((flag) => !LOAD_FLAGS.includes(flag));
const OWN: readonly Flag[] = [...TEST_FLAGS, ...ADD_FLAGS, FLAGS.yes];
const FLAGS_OF: Readonly<Record<Action, readonly Flag[]>> = {
  list: [],
  test: TEST_FLAGS,
  add: [...ADD_FLAGS, FLAGS.yes],
};

/** `dteg connection`: the connections of a project. */
export const connection: Command = {
  name: "connection",
  summary: "List the project's connections, test them, or add one",
  group: "project",
  details:
    "A connection is an entry of connections.yaml, of `environments: { NAME: { connections: … } }` in dteg.yaml, which " +
    "wins, or a variable of the environment that holds a URL (SHOP_DB is also shop_db), which comes last. `test` connects as " +
    "`dteg check` does. `add` writes connections.yaml, with --env the environment in dteg.yaml, and keeps comments and order. " +
    "A password is never written there: it is asked for without being shown, or comes from a file, and is kept in .dteg/secrets/ " +
    "for you alone; with --password-env it stays in a variable.",
  args: [
    { name: "ACTION", summary: "list (when absent), test or add" },
    { name: "NAME", summary: "The connection; with `test` several, or none for all" },
    { name: "URL", summary: "With `add`: its URL or path. Absent: a terminal is asked", many: true },
  ],
  flags: [...OWN, ...LOAD_FLAGS],
  examples: [
    { line: "dteg connection", what: "what there is, where it is declared, and where it leads" },
    { line: "dteg connection test warehouse", what: "connect, and tell what works" },
    { line: "dteg connection add inbox data/", what: "a folder of files" },
  ],
  async run(app, input): Promise<Outcome> {
    const action = actionOf(input);
    refuseForeign(action, input);
    if (action === "add") return await addConnection(app, input);
    if (action === "test") return await testConnections(app, input);
    if (input.args.length > 1) {
      throw new DtegError(
        "argument.unexpected",
        `\`connection list\` takes no name: ${JSON.stringify(input.args[1])}`,
        {
          hint: `use \`dteg connection test ${input.args[1]}\``,
        },
      );
    }
    return await listConnections(app, input);
  },
};

async function testConnections(app: App, input: Input): Promise<Outcome> {
  const { environment, connectors } = await loadOptions(app, input);
  const known = declaredConnections(environment, connectors).map(({ name }) => name);
  const [, ...named] = input.args;
  const args = named.length > 0 ? named : known;
  if (args.length > 0) return await check.run(app, { ...input, args });
  throw new DtegError("argument.missing", "there are no connections to test", {
    hint: "declare one with `dteg connection add NAME URL`, or test a URL",
  });
}

function actionOf({ args: [word = "list"] }: Input): Action {
  const action = ACTIONS.find((known) => known === word);
  if (action) return action;
  const close = nearest(word, ACTIONS);
  throw new DtegError(
    "usage",
    `\`dteg connection\` does not know ${JSON.stringify(word)}: wanted ${ACTIONS.join(", ")}`,
    {
      hint: close ? `did you mean ${close}?` : "see `dteg help connection`",
    },
  );
}

function refuseForeign(action: Action, input: Input): void {
  const foreign = OWN.find((flag) => flagValue(input, flag) !== undefined && !FLAGS_OF[action].includes(flag));
  if (!foreign) return;
  const owner = ACTIONS.find((other) => FLAGS_OF[other].includes(foreign));
  throw new DtegError("flag.conflict", `\`connection ${action}\` does not take --${foreign.name}`, {
    hint: `it belongs to \`dteg connection ${owner}\``,
  });
}
