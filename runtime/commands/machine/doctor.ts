import { DtegError } from "../../../sdk/mod.ts";
import type { Command, Outcome } from "../command.ts";
import { flagValue } from "../command.ts";
import { toggle } from "../flag_value.ts";
import { LOAD_FLAGS } from "../project/load_options.ts";
import { formatCountOf } from "../view/numbers.ts";
import { doctorText } from "./doctor_text.ts";
import type { Finding } from "./finding.ts";
import { lookAtDuckDB } from "./look_duckdb.ts";
import { lookAtFolders } from "./look_folders.ts";
import { lookAtMachine } from "./look_machine.ts";
import { lookAtProject } from "./look_project.ts";

const DEEP = toggle({
  name: "deep",
  summary:
    "Also load DuckDB's extension, spill to disk, write and read Parquet, and check that connections can be written to",
});

/** `dteg doctor`: looks at all that a run needs. */
export const doctor: Command = {
  name: "doctor",
  summary: "Look at this machine, its folders, DuckDB and every connection, and tell what to mend",
  group: "inspect",
  details:
    "Each finding is ok, warn (it may bite later) or bad (it keeps dteg from working), with what to do about it. It uses the network for the " +
    "connections of the project only; passwords are not shown. With --json the result is {findings: [{what, verdict, found, mend}]}. " +
    "The exit code is 3 when something is bad.",
  args: [],
  flags: [DEEP, ...LOAD_FLAGS],
  examples: [
    { line: "dteg doctor", what: "whether dteg can work here" },
    { line: "dteg doctor --deep --json", what: "all of it, for a script or a report" },
  ],
  async run(app, input): Promise<Outcome> {
    const deep = flagValue(input, DEEP) ?? false;
    const findings: readonly Finding[] = [
      ...await lookAtMachine(app),
      ...await lookAtFolders(app),
      ...await lookAtDuckDB(app, { deep }),
      ...await lookAtProject(app, input, { deep }),
    ];
    const { out: style, width } = app.terminal;
    const summary = summaryOf(findings);
    return {
      summary,
      result: { findings },
      output: app.terminal.json ? undefined : `${doctorText(findings, { style, width })}\n${summary}\n`,
      ...(findings.some(({ verdict }) => verdict === "bad") && { error: unfit(findings) }),
    };
  },
};

function summaryOf(findings: readonly Finding[]): string {
  const count = (wanted: Finding["verdict"]) => findings.filter(({ verdict }) => verdict === wanted).length;
  const parts = [
    ...(count("bad") ? [`${count("bad")} bad`] : []),
    ...(count("warn") ? [formatCountOf(count("warn"), "warning")] : []),
  ];
  const looked = formatCountOf(findings.length, "thing");
  return parts.length ? `${looked} looked at: ${parts.join(", ")}` : `${looked} looked at, all is well`;
}

function unfit(findings: readonly Finding[]): DtegError {
  const names = findings.filter(({ verdict }) => verdict === "bad").map(({ what }) => what);
  return new DtegError("environment.unfit", `dteg cannot work as it should: ${names.join(", ")}`, {
    hint: "do what stands under each finding marked ✗, and ask `dteg doctor` again",
  });
}
