import type { StreamReport } from "../../runtime/store/event.ts";
import type { Plug } from "./ends/plug.ts";
import { isRefused, type Nasty, wantedOf } from "./nasty.ts";
import { answer, type Request } from "./run_pairs.ts";

type Mode = "null" | "reject";

/** Sends values that a target refuses at their row once more, with `on_loss`; in words what went otherwise than it says. */
export async function runLosses(request: Request, mode: Mode): Promise<readonly string[]> {
  const { source, targets, dteg, bench: { folder } } = request;
  const isAtRow = (value: Nasty, target: Plug) => {
    const wanted = wantedOf(value, { source: source.end, target: target.end });
    return isRefused(wanted) && wanted.code === "data.value" && !wanted.isFinal;
  };
  const values = request.values.filter((value) =>
    value.from[source.end] && targets.some((target) => isAtRow(value, target))
  );
  if (values.length === 0) return [];
  const words = await source.fill(values.map((value) => ({ name: `${mode}_${value.id}`, values: [value] })));
  const trips = targets.map((target) => ({
    target,
    sent: values.map((value, index) => ({ value, words: words[index] })).filter(({ value }) => isAtRow(value, target)),
  })).filter(({ sent }) => sent.length > 0);
  const files: string[] = [];
  for (const { target, sent } of trips) {
    const pipeline = {
      version: 1,
      name: `${mode}_${source.end}_to_${target.end}`,
      source: source.source,
      destination: target.destination(source.end),
      on_error: "continue",
      on_loss: mode,
      streams: sent.map(({ value, words }) => ({ ...words, into: target.into(source.end, `${mode}_${value.id}`) })),
    };
    files.push(`${folder}/${pipeline.name}.yaml`);
    await Deno.writeTextFile(files.at(-1)!, JSON.stringify(pipeline));
  }
  const done = await answer<{ pipelines: { streams: StreamReport[] }[] }>(
    dteg,
    ["run", ...files, "--json", "-y"],
    folder,
  );
  const faults: string[] = [];
  for (const [at, { target, sent }] of trips.entries()) {
    for (const [index, { value }] of sent.entries()) {
      const report = done.pipelines[at].streams[index];
      const found = report.status === "ok"
        ? await whatArrived(report, { source, target, stream: `${mode}_${value.id}` })
        : `${report.error?.code}: ${report.error?.message}`;
      const wanted = mode === "null" ? "2 written, 0 rejected: 0=NULL 1=NULL" : "1 written, 1 rejected: 1=NULL";
      if (found !== wanted) faults.push(`${mode}: ${value.id} (${value.why}) into ${target.end}: ${found}`);
    }
  }
  return faults;
}

async function whatArrived(
  { written, rejected }: StreamReport,
  { source, target, stream }: { readonly source: Plug; readonly target: Plug; readonly stream: string },
): Promise<string> {
  const { rows } = await target.read(source.end, stream);
  const shown = rows.map(([id, value]) => `${id}=${value === null ? "NULL" : value}`).toSorted().join(" ");
  return `${written} written, ${rejected} rejected: ${shown}`;
}
