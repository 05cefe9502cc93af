import { DtegError, ERROR_CODES, type ErrorCode, nearest } from "../../../sdk/mod.ts";
import { type Catalogue, loadCommand } from "../catalogue.ts";
import type { Command, Outcome } from "../command.ts";
import { ERROR_HELP } from "./error_help.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { commandPage, overviewPage, type PageOptions } from "../help.ts";

const CODE = /^[a-z_]+\.[a-z_]+$/;

/** `dteg help [COMMAND or CODE]`. */
export const help: Command = {
  name: "help",
  summary: "Explain a command, or an error's code",
  group: "project",
  args: [{ name: "TOPIC", summary: "A command such as run, or an error's code such as file.not_found" }],
  flags: [],
  examples: [
    { line: "dteg help run", what: "all that `dteg run` takes; `dteg run --help` is the same" },
    { line: "dteg help file.not_found", what: "what this error means, and what to do" },
  ],
  async run({ terminal: { out: style, width }, version, commands }, { args: [topic] }): Promise<Outcome> {
    if (topic === undefined) return await overview(commands, { style, width, version });
    if (isCode(topic)) return explain(topic, { style });
    if (CODE.test(topic)) throw unknownCode(topic);
    const command = await loadCommand(topic, commands);
    const { run: _run, ...data } = command;
    return {
      summary: `help of dteg ${command.name}`,
      result: data,
      output: commandPage(command, { style, width }),
    };
  },
};

async function overview(catalogue: Catalogue, options: PageOptions & { readonly version: string }): Promise<Outcome> {
  const commands = await Promise.all(Object.values(catalogue).map((load) => load()));
  return {
    summary: `${commands.length} commands`,
    result: commands.map(({ name, group, summary }) => ({ name, group, summary })),
    output: overviewPage(commands, options),
  };
}

function isCode(topic: string): topic is ErrorCode {
  return Object.hasOwn(ERROR_CODES, topic);
}

function unknownCode(topic: string): DtegError {
  const close = nearest(topic, Object.keys(ERROR_CODES));
  return new DtegError("usage", `there is no error code ${topic}`, {
    hint: close ? `did you mean ${close}?` : "docs/errors.md lists the codes",
  });
}

function explain(code: ErrorCode, { style }: Pick<PageOptions, "style">): Outcome {
  const failure = ERROR_CODES[code], { when, mend } = ERROR_HELP[code];
  const { before, moving } = EXIT_CODES[failure];
  const lines = [
    `${style.bold(code)}: ${when}`,
    "",
    `  ${style.cyan("What to do:")} ${mend}`,
    `  ${style.cyan("Kind:")} ${failure}; exit code ${before} before data moves, ${moving} while it moves`,
  ];
  return { summary: when, result: { code, failure, when, mend, exit: EXIT_CODES[failure] }, output: lines.join("\n") };
}
