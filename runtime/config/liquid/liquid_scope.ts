import { INTERVAL_MARK } from "../../../sdk/mod.ts";
import type { Environment } from "../environment.ts";
import { expandText, type Scope } from "../resolve/scope.ts";
import { parseTemplate } from "../template.ts";
import { scalars, type Tree } from "../tree/tree.ts";
import type { LiquidContext, Rendered } from "./liquid_engine.ts";

/** Templates of some texts of a file. */
export interface Templates {
  /** Whether the text at a pointer is one, as far as it has any `{{` or `{%`. */
  applies(pointer: string): boolean;
  render(template: string): Rendered;
}

/** What {@linkcode templatesOf} takes beside the file. */
export interface TemplateOptions {
  readonly environment: Environment;
  readonly scope: Scope;
  /** The pipeline's name. */
  readonly name?: string;
  readonly applies: (pointer: string) => boolean;
}

const BRACES = /\{\{|\{%/;

/** Where templates may stand in a pipeline: names of streams, SQL, and where things are and go. */
export function inPipeline(pointer: string): boolean {
  return /^\/(source|destination)(\/config\/(path|url))?$|^\/defaults\/(into|where|path(\/\d+)?)$|^\/hooks\//.test(
    pointer,
  ) ||
    /^\/streams\/\d+(\/(name|sql|where|into|path(\/\d+)?))?$/.test(pointer);
}

/** Where templates may stand in connections.yaml: in paths. */
export function inConnections(pointer: string): boolean {
  return /^\/[^/]+(\/(config\/)?(path|url))?$/.test(pointer);
}

/** The templates of a file; nothing where it has none, so that the library is not even loaded. */
export async function templatesOf(
  tree: Tree,
  { environment, scope, name = "", applies }: TemplateOptions,
): Promise<Templates | undefined> {
  const any = [...scalars(tree.root)].some(([pointer, text]) =>
    typeof text === "string" && BRACES.test(text) && applies(pointer)
  );
  if (!any) return undefined;
  const { makeLiquid } = await import("./liquid_engine.ts");
  const vars = variables(scope);
  const context: LiquidContext = {
    var: vars,
    vars,
    env: environment.env,
    run: { id: environment.run.id, started_at: environment.run.startedAt },
    pipeline: { name },
    environment: environment.overlay?.name ?? "",
    interval: INTERVAL_MARK,
  };
  return { applies, render: makeLiquid(context) };
}

/** Truth values and whole numbers as such, so that templates can compare them; all else as text. */
function variables(scope: Scope): Record<string, string | number | boolean> {
  const found: Record<string, string | number | boolean> = {};
  for (const name of scope.names("var")) {
    const text = scope.find({ namespace: "var", name })?.text;
    if (text === undefined) continue;
    const isNumber = /^(0|-?[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text));
    found[name] = text === "true" ? true : text === "false" ? false : isNumber ? Number(text) : text;
  }
  return found;
}

/** A text with templates: rendered, or the fault with the part of the text as it was written. */
export type RenderedText =
  | { readonly text: string }
  | { readonly fault: Extract<Rendered, { fault: unknown }>["fault"]; readonly source: string; readonly nth: number };

/** Renders a text in which `${…}` stand too: their values are put in afterwards, so that they are never read as templates. */
export function renderText(
  text: string,
  { templates, scope }: { readonly templates: Templates; readonly scope: Scope },
): RenderedText {
  const pieces = parseTemplate(text).map((piece) => typeof piece === "string" ? piece : piece.source);
  const isReference = parseTemplate(text).map((piece) => typeof piece !== "string");
  const stand = (at: number) => `\uE000${at}\uE001`;
  const back = (given: string, value: (source: string) => string) =>
    given.replace(/\uE000(\d+)\uE001/g, (all, at) => isReference[Number(at)] ? value(pieces[Number(at)]) : all);
  const template = pieces.map((piece, at) => isReference[at] ? stand(at) : piece).join("");
  const rendered = templates.render(template);
  if ("text" in rendered) return { text: back(rendered.text, (source) => expandText(source, scope).text) };
  const { begin, end } = rendered.fault;
  const source = back(template.slice(begin, end), (reference) => reference);
  const before = back(template.slice(0, begin), (reference) => reference);
  return { fault: rendered.fault, source, nth: source === "" ? 0 : before.split(source).length - 1 };
}

/** True for a text in which templates stand. */
export function hasTemplate(text: string): boolean {
  return BRACES.test(text);
}
