import type { Command } from "../command.ts";

/** `dteg version`. */
export const version: Command = {
  name: "version",
  summary: "Show the version",
  group: "project",
  args: [],
  flags: [],
  examples: [{ line: "dteg version --json", what: "the version and what it runs on, for a script" }],
  run({ version }) {
    const { os, arch } = Deno.build;
    const result = { version, os, arch, runtime: Deno.version.deno };
    const summary = `dteg ${version}`;
    return Promise.resolve({ summary, result, output: `${summary} (${os} ${arch}, Deno ${Deno.version.deno})` });
  },
};
