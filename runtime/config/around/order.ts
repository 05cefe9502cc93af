import { dirname, resolve } from "node:path";
import { type TSchema, Type } from "@sinclair/typebox";
import { DtegError, nearest } from "../../../sdk/mod.ts";
import { noted } from "../form/note.ts";
import type { Project } from "../project.ts";
import { readTree } from "../read.ts";
import type { Loaded } from "../resolve/assemble.ts";
import { listPipelines, type PipelineFile, pipelinesIn } from "../resolve/find_pipelines.ts";
import { fault, isMap, type Plain, type Tree } from "../tree/tree.ts";

/** The schema of `after`. */
export const AFTER_SCHEMA: TSchema = noted(
  Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }))], {
    description:
      "Names of pipelines that run before this one, where they are chosen too. It is skipped when one fails.",
  }),
  { wanted: "the name of a pipeline, or a list of them" },
);

/** What `after` of a pipeline says, where its form is right. */
export function afterOf(root: Plain): { readonly after?: readonly string[] } {
  const given = isMap(root) ? root.after : undefined;
  if (given === undefined) return {};
  return { after: [given].flat().filter((name) => typeof name === "string") };
}

/** What ordering needs beside the pipelines. */
export interface OrderOptions {
  /** The current folder, absolute. */
  readonly folder: string;
  /** All pipelines that there are. */
  readonly known: readonly PipelineFile[];
  /** Loads what the chosen ones come after, where that is wanted too. */
  readonly loadUpstream?: (path: string) => Promise<Loaded>;
}

/** Where the pipelines of a command may lie, and how what they come after is loaded where it is wanted too. */
export type ChosenOptions = Omit<OrderOptions, "known"> & { readonly project?: Project };

/** As {@linkcode orderPipelines}, among the pipelines of the project and of the folders that the chosen ones stand in. */
export async function orderChosen(
  chosen: readonly Loaded[],
  { project, folder, loadUpstream }: ChosenOptions,
): Promise<readonly Loaded[]> {
  const paths = chosen.flatMap(({ pipeline: { path, after = [] } }) => path !== null && after.length > 0 ? path : []);
  if (paths.length === 0) return chosen;
  const beside = [...new Set(paths.map((path) => dirname(resolve(folder, path))))];
  const lists = await Promise.all(beside.map((inside) => pipelinesIn(inside, folder)));
  const known = [...project ? await listPipelines(project, folder) : [], ...lists.flat()];
  return await orderPipelines(chosen, { folder, known, loadUpstream });
}

/** The pipelines in an order in which each comes after those that its `after` names; else in the order given. */
export async function orderPipelines(
  chosen: readonly Loaded[],
  { folder, known, loadUpstream }: OrderOptions,
): Promise<readonly Loaded[]> {
  const loads = [...chosen];
  const pulled = new Set<string>();
  const find = (name: string) => loads.find(({ pipeline }) => pipeline.name === name);
  for (let at = 0; at < loads.length; at++) { // grows while it is walked
    for (const name of loads[at].pipeline.after ?? []) {
      if (find(name)) continue;
      const file = known.find((one) => one.name === name);
      if (!file) throw await unknownName(name, { of: loads[at], loads, known, folder });
      if (!loadUpstream || pulled.has(file.path)) continue;
      pulled.add(file.path); // --set may have given it another name
      loads.push(await loadUpstream(file.path));
    }
  }
  const ordered: Loaded[] = [];
  const visit = async (load: Loaded, trail: readonly Loaded[]): Promise<void> => {
    if (ordered.includes(load)) return;
    if (trail.includes(load)) throw await cycle([...trail.slice(trail.indexOf(load)), load], folder);
    for (const name of load.pipeline.after ?? []) {
      const upstream = find(name);
      if (upstream) await visit(upstream, [...trail, load]);
    }
    ordered.push(load);
  };
  for (const load of loads) await visit(load, []);
  return ordered;
}

async function unknownName(
  name: string,
  { of, loads, known, folder }: {
    readonly of: Loaded;
    readonly loads: readonly Loaded[];
    readonly known: readonly PipelineFile[];
    readonly folder: string;
  },
): Promise<DtegError> {
  const names = [...new Set([...loads.map(({ pipeline }) => pipeline.name), ...known.map((file) => file.name)])]
    .filter((other) => other !== of.pipeline.name);
  const near = nearest(name, names);
  return await placed(of, {
    name,
    folder,
    code: "pipeline.not_found",
    message: `there is no pipeline named ${JSON.stringify(name)} that ${of.pipeline.name} could come after`,
    hint: near ? `did you mean ${near}?` : names.length > 0 ? `there are ${names.join(", ")}` : undefined,
  });
}

async function cycle(trail: readonly Loaded[], folder: string): Promise<DtegError> {
  const names = trail.map(({ pipeline }) => pipeline.name);
  return await placed(trail[0], {
    name: names[1],
    folder,
    code: "pipeline.cycle",
    message: `${names.join(" comes after ")}: none of them can be the first`,
    hint: "leave one of these names out of its `after`",
  });
}

/** The error at the name in `after` of a pipeline's file. */
async function placed(
  { pipeline: { path } }: Loaded,
  { name, folder, ...what }: {
    readonly name: string;
    readonly folder: string;
    readonly code: "pipeline.not_found" | "pipeline.cycle";
    readonly message: string;
    readonly hint?: string;
  },
): Promise<DtegError> {
  if (path === null) return new DtegError(what.code, what.message, { hint: what.hint });
  const tree: Tree = await readTree(resolve(folder, path), { name: path });
  const after = isMap(tree.root) ? tree.root.after : undefined;
  const at = Array.isArray(after) ? after.indexOf(name) : -1;
  return fault(tree, at < 0 ? "/after" : `/after/${at}`, what);
}
