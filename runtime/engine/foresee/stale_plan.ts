import type { RunPlan, StreamPlan } from "./run_plan.ts";

/** What a plan no longer says rightly, in sentences; empty where all is as it was. Rows and sizes may change. */
export function stalenessOf(planned: RunPlan, now: RunPlan): readonly string[] {
  const before = streamsOf(planned), after = streamsOf(now);
  const gone = [...before.keys()].filter((name) => !after.has(name)).map((name) => `${name} is not loaded any more`);
  const changed = [...after].flatMap(([name, stream]) => {
    const old = before.get(name);
    return old ? differences(old, stream).map((what) => `${name}: ${what}`) : [`${name} is loaded now too`];
  });
  const others = [...gone, ...changed];
  const reworded = now.pipelines.filter(({ name, definition }) =>
    planned.pipelines.some((old) => old.name === name && old.definition !== definition)
  );
  return others.length > 0 ? others : reworded.map(({ name }) => `pipeline ${name} says something else now`);
}

function streamsOf({ pipelines }: RunPlan): ReadonlyMap<string, StreamPlan> {
  const several = pipelines.length > 1;
  return new Map(pipelines.flatMap((pipeline) =>
    pipeline.streams.map((stream) => [
      several ? `stream ${stream.name} of ${pipeline.name}` : `stream ${stream.name}`,
      stream,
    ])
  ));
}

function differences(old: StreamPlan, now: StreamPlan): readonly string[] {
  const columns = [
    ...now.columns.filter((column) => !has(old, column.name)).map(({ name }) => `column ${name} was added`),
    ...old.columns.filter((column) => !has(now, column.name)).map(({ name }) => `column ${name} is gone`),
    ...now.columns.flatMap((column) => {
      const before = old.columns.find(({ name }) => name === column.name);
      return before && before.from !== column.from
        ? [`column ${column.name} was ${before.from} and is ${column.from}`]
        : [];
    }),
  ];
  if (columns.length > 0) return columns;
  const parts: readonly (readonly [what: string, of: (plan: StreamPlan) => unknown])[] = [
    ["it goes to another target", (plan) => plan.target],
    ["it is written in another way", (plan) => [plan.write, plan.key]],
    ["its columns became others", (plan) => plan.columns],
    ["what stands at the target is not what it was", (plan) => [plan.action, standing(plan)]],
    ["what is made at the target is not what was planned", (plan) => plan.statements],
    ["it was loaded meanwhile", (plan) => plan.load],
    ["it goes on from another place", (plan) => [plan.cursor, plan.deletes]],
    ["it cannot be loaded as planned", (plan) => plan.error?.code ?? null],
  ];
  const first = parts.find(([, of]) => JSON.stringify(of(old)) !== JSON.stringify(of(now)));
  return first ? [first[0]] : [];
}

const has = ({ columns }: StreamPlan, wanted: string) => columns.some(({ name }) => name === wanted);
const standing = ({ existing }: StreamPlan) => existing && { ...existing, rows: null };
