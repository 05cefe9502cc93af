import type { StreamReport } from "../../runtime/store/event.ts";
import type { RunPlan, StreamPlan } from "../../runtime/engine/foresee/run_plan.ts";
import type { Bench, Lane, Plug } from "./ends/plug.ts";
import { exact } from "./exact.ts";
import { readTypesPage, type ToldOtherwise } from "./types_told.ts";
import type { Dteg } from "./start_dteg.ts";
import { type End, isRefused, type Nasty, type Wanted, wantedOf } from "./nasty.ts";

/** What went otherwise than the table says, by the target; in words. */
export type Faults = Readonly<Partial<Record<End, readonly string[]>>>;

/** What goes where. */
export interface Request {
  readonly values: readonly Nasty[];
  readonly source: Plug;
  readonly targets: readonly Plug[];
  readonly dteg: Dteg;
  readonly bench: Bench;
}

/** A stream of a pair: what arrives goes in few wide ones, what must be refused in one each. */
interface Trip {
  readonly lane: Lane;
  readonly words: { readonly name: string };
  readonly values: readonly Nasty[];
  readonly target: Plug;
}

/** Sends the values from one source to all targets in one run, and looks at all that arrived and was refused. */
export async function runPairs(request: Request): Promise<Faults> {
  const { source, targets, dteg, bench: { folder } } = request;
  const pairOf = (target: Plug) => ({ source: source.end, target: target.end });
  const values = request.values.filter(({ from }) => from[source.end]);
  const isBad = (target: Plug) => (value: Nasty) => isRefused(wantedOf(value, pairOf(target)));
  const good = values.filter((value) => !targets.every((target) => isBad(target)(value)));
  const wide = Object.entries(source.split?.(good) ?? { wide: good }).map(([name, values]) => ({ name, values }));
  const single = values.filter((value) => targets.some((target) => isBad(target)(value)))
    .map((value) => ({ name: `only_${value.id}`, values: [value] }));
  const lanes: readonly Lane[] = [...wide, ...single];
  const words = await source.fill(lanes);
  const trips = targets.flatMap((target) =>
    lanes.flatMap((lane, index): Trip[] => {
      const isSingle = lane.name.startsWith("only_");
      const sent = lane.values.filter((value) => isBad(target)(value) === isSingle);
      return sent.length ? [{ lane, words: words[index], values: sent, target }] : [];
    })
  );
  const files: string[] = [];
  for (const target of targets) {
    const pipeline = pipelineOf(source, target, trips.filter((trip) => trip.target === target));
    files.push(`${folder}/${pipeline.name}.yaml`);
    await Deno.writeTextFile(files.at(-1)!, JSON.stringify(pipeline));
  }
  const planned = await answer<RunPlan>(dteg, ["plan", ...files, "--json"], folder);
  const done = await answer<{ pipelines: { name: string; streams: StreamReport[] }[] }>(
    dteg,
    ["run", ...files, "--json", "-y"],
    folder,
  );
  const toldOtherwise = await readTypesPage();
  const faults: Partial<Record<End, string[]>> = {};
  for (const target of targets) {
    const name = nameOf(source, target);
    const plan = planned.pipelines.find((one) => one.name === name)?.streams ?? [];
    const reports = done.pipelines.find((one) => one.name === name)?.streams ?? [];
    const mine = trips.filter((trip) => trip.target === target);
    const found = await Promise.all(
      mine.map((trip, index) =>
        trip.lane.name.startsWith("only_")
          ? refusalFaults(trip, source.end, reports[index])
          : arrivalFaults(trip, source.end, { report: reports[index], plan: plan[index], toldOtherwise })
      ),
    );
    faults[target.end] = found.flat();
  }
  return faults;
}

const nameOf = (source: Plug, target: Plug) => `${source.end}_to_${target.end}`;

function pipelineOf(source: Plug, target: Plug, trips: readonly Trip[]) {
  return {
    version: 1,
    name: nameOf(source, target),
    source: source.source,
    destination: target.destination(source.end),
    on_error: "continue",
    streams: trips.map(({ lane, words, values }) => {
      const columns = (words as { columns?: Record<string, unknown> }).columns;
      return {
        ...words,
        into: target.into(source.end, lane.name),
        write: "replace",
        select: ["id", ...values.map(({ id }) => id)],
        ...(columns &&
          { columns: Object.fromEntries(values.map(({ id }) => [id, columns[id]]).filter(([, one]) => one)) }),
      };
    }),
  };
}

/** The result of a command. Throws an Error where it has none. */
export async function answer<T>(dteg: Dteg, args: readonly string[], cwd: string): Promise<T> {
  const { stdout, stderr } = await dteg(args, { cwd });
  const { result, error } = JSON.parse(stdout || "{}");
  if (!result) throw new Error(`dteg ${args[0]}: ${error?.message ?? stderr}`);
  return result;
}

function refusalFaults({ values: [value], target }: Trip, source: End, report?: StreamReport): readonly string[] {
  const wanted = wantedOf(value, { source, target: target.end });
  if (!isRefused(wanted)) return [];
  const { status, error } = report ?? {};
  const column = wanted.isUnplaced ? null : value.id;
  if (status === "failed" && error?.code === wanted.code && error.column === column) return [];
  const found = error ? `${error.code} of column ${error.column}: ${error.message}` : status;
  return [`${titleOf(value)}: wanted ${wanted.code} of column ${column}, found ${found}`];
}

const titleOf = ({ id, why, kind }: Nasty) => `${id} (${kind}, ${why})`;

interface Told {
  readonly report?: StreamReport;
  readonly plan?: StreamPlan;
  readonly toldOtherwise: ToldOtherwise;
}

async function arrivalFaults(
  { lane, values, target }: Trip,
  source: End,
  { report, plan, toldOtherwise }: Told,
): Promise<string[]> {
  if (report?.status !== "ok") {
    return [`${lane.name}: ${report?.error?.code} of column ${report?.error?.column}: ${report?.error?.message}`];
  }
  const faults: string[] = [];
  const expect = (what: string, found: unknown, wanted: unknown) => {
    const [a, b] = [found, wanted].map((one) => shortened(JSON.stringify(one)));
    if (JSON.stringify(found) !== JSON.stringify(wanted)) faults.push(`${what}: wanted ${b}, found ${a}`);
  };
  const { columns, rows } = await target.read(source, lane.name);
  expect(`columns of ${lane.name}`, columns.map(([name]) => name), ["id", ...values.map(({ id }) => id)]);
  expect(`ids of ${lane.name}`, rows.map(([id]) => id), ["0", "1"]);
  expect(`counts of ${lane.name}`, [report.read, report.written, report.filtered, report.rejected], [2, 2, 0, 0]);
  if (faults.length) return faults;
  for (const [index, value] of values.entries()) {
    const [, type] = columns[index + 1];
    const planned = plan?.columns.find(({ name }) => name === value.id);
    if (!planned) faults.push(`${titleOf(value)}: plan does not tell`);
    else {
      if (!target.isNative(type, planned.to)) faults.push(`${titleOf(value)}: plan tells ${planned.to}, found ${type}`);
      const other = toldOtherwise(planned, { source, target: target.end });
      if (other) faults.push(`${titleOf(value)}: ${other}`);
    }
    expect(`NULL beside ${titleOf(value)}`, rows[1][index + 1], null);
    const wanted = wantedOf(value, { source, target: target.end });
    const found = exactly(rows[0][index + 1], { value, wanted, target, type });
    expect(titleOf(value), found.found, found.wanted);
    const warning = typeof wanted === "object" && "warning" in wanted ? wanted.warning : undefined;
    if (warning && !report.warnings.some((one) => warning.test(one))) faults.push(`${titleOf(value)}: no warning`);
  }
  return faults;
}

function exactly(
  text: string | null,
  { value, wanted, target, type }: { value: Nasty; wanted: Wanted; target: Plug; type: string },
) {
  const { kind, is } = typeof wanted === "object" && "kind" in wanted
    ? wanted
    : { kind: value.kind, is: String(wanted) };
  const keeps = target.keeps ?? ((_kind, kept: string) => kept);
  try {
    return {
      found: text === null ? null : keeps(kind, exact(kind, target.form(kind, text, type))),
      wanted: is === null ? null : keeps(kind, exact(kind, is)),
    };
  } catch (error) {
    return { found: (error as Error).message, wanted: is };
  }
}

function shortened(text: string): string {
  return text.length < 200 ? text : `${text.slice(0, 120)}… (${text.length} characters)`;
}
