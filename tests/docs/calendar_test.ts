import assert from "node:assert/strict";
import { calendarConnector } from "../../examples/connector/calendar.ts";
import { fileConnector } from "../../plugins/file/mod.ts";
import { loadPipeline, makeEnvironment, Secrets } from "../../runtime/config/mod.ts";
import { defaultLimits } from "../../runtime/engine/limits.ts";
import { runPipelines } from "../../runtime/engine/run.ts";
import type { RunResult } from "../../runtime/engine/run_context.ts";
import type { Connector } from "../../sdk/mod.ts";
import { inFolder } from "./dteg_command.ts";

const CONNECTORS: readonly Connector[] = [fileConnector, calendarConnector];

async function runText(folder: string, text: string): Promise<RunResult> {
  await Deno.writeTextFile(`${folder}/days.yaml`, text);
  const environment = makeEnvironment({ env: {}, folder });
  const secrets = new Secrets();
  const { pipeline } = await loadPipeline("days.yaml", { environment, connectors: CONNECTORS, secrets });
  return await runPipelines({
    run: "r1",
    version: "0.0.0",
    pipelines: [pipeline],
    connectors: CONNECTORS,
    limits: { ...defaultLimits(), threads: 1 },
    tempParent: folder,
    maskKey: () => Promise.reject(new Error("nothing is masked")),
    signal: new AbortController().signal,
    emit: () => {},
    mask: (text) => text,
    confirm: () => Promise.resolve(undefined),
  });
}

const pipeline = (config: string) =>
  `version: 1
source: { use: calendar, config: ${config} }
streams: [{ name: days, where: "NOT is_weekend" }]
destination: days.csv
`;

Deno.test("the connector of docs/connectors.md loads days", () =>
  inFolder(async (folder) => {
    const { report, error } = await runText(folder, pipeline("{ from: 2024-03-01, to: 2024-03-05 }"));
    assert.equal(error, undefined);
    assert.deepEqual([report.status, report.pipelines[0].streams[0].written], ["ok", 3]);
    const rows = "day,weekday,is_weekend\n2024-03-01,5,false\n2024-03-04,1,false\n2024-03-05,2,false\n";
    assert.equal(await Deno.readTextFile(`${folder}/days.csv`), rows);
  }));

Deno.test("the connector of docs/connectors.md refuses what is no day", () =>
  inFolder(async (folder) => {
    const { error } = await runText(folder, pipeline("{ from: yesterday, to: 2024-03-05 }"));
    assert.deepEqual([error?.code, error?.message], [
      "connector.config",
      'cannot read the day "yesterday": wanted YYYY-MM-DD',
    ]);
  }));
