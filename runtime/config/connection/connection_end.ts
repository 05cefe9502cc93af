import type { End } from "../pipeline.ts";
import { throwMasked } from "../resolve/assemble.ts";
import { type EndContext, resolveEnd } from "../resolve/end.ts";

/** The end that a connection declares, or what is wrong in its declaration. */
export async function connectionEnd(
  name: string,
  context: Omit<EndContext, "strictSecrets">,
): Promise<End | undefined> {
  const tree = { path: null, text: "", root: { source: { connection: name } }, places: new Map() };
  const expanded = { tree, whole: new Set<string>(), hollow: new Set<string>(), errors: [], warnings: [] };
  const { end, errors } = await resolveEnd(expanded, "source", { ...context, strictSecrets: true });
  throwMasked(errors.filter(({ code }) => code !== "connector.no_source"), context.secrets);
  return end;
}
