import type { DtegError } from "../../../sdk/mod.ts";
import type { Pipeline } from "../../config/mod.ts";
import { errorReport } from "../../store/error_report.ts";
import type { App } from "../app.ts";
import { formatCountOf } from "../view/numbers.ts";
import { padText } from "../view/text_width.ts";
import { visibleText } from "../view/visible_text.ts";
import type { Asking } from "./look.ts";

/** A pipeline whose streams were looked for at both ends. */
export interface CheckedStreams {
  readonly name: string;
  readonly streams: number;
  readonly errors: readonly DtegError[];
}

/** What `dteg plan` and the run itself tell better: nothing is wrong with the ends. */
const ELSEWHERE: ReadonlySet<string> = new Set(["schema", "data", "check"]);

/** Looks for each stream of pipelines whose ends are sound: that it is there and may be read, and that its target may be written. */
export async function checkStreams(
  pipelines: readonly Pipeline[],
  { app, asking, write }: { readonly app: App; readonly asking: Asking; readonly write: (line: string) => unknown },
): Promise<readonly CheckedStreams[]> {
  const { openAsk } = await import("../../engine/ask/ask_context.ts");
  const { planPipelines } = await import("../../engine/foresee/plan_pipelines.ts");
  const { out } = app.terminal;
  const found: CheckedStreams[] = [];
  for (const pipeline of pipelines) {
    await using context = await openAsk({ ...asking.ask, warn: () => {} });
    const { plan, errors } = await planPipelines([pipeline], context);
    const wrong = errors.filter(({ failure }) => !ELSEWHERE.has(failure));
    const reports = wrong.map((error) => JSON.stringify(errorReport(error)));
    const streams = plan.pipelines.flatMap((planned) => planned.streams);
    const bad = streams.filter(({ error }) => error && reports.includes(JSON.stringify(error)));
    found.push({ name: pipeline.name, streams: streams.length, errors: wrong });
    write(
      `${out.bold(visibleText(pipeline.name))}  ${out.dim(`pipeline, ${formatCountOf(streams.length, "stream")}`)}\n`,
    );
    const sound = streams.length - bad.length;
    if (sound > 0) write(`  ${out.green("✓")} ${padText("load", 7)} ${formatCountOf(sound, "stream")}\n`);
    for (const { name, target } of bad) {
      write(`  ${out.red("✗")} ${padText("load", 7)} ${visibleText(`${name} to ${target}`)}\n`);
    }
  }
  return found;
}
