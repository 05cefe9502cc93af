import { nearest } from "../../../sdk/mod.ts";
import { Liquid, type LiquidError } from "liquidjs";

/** What stands for names in templates. */
export type LiquidContext = Readonly<Record<string, string | Readonly<Record<string, string | number | boolean>>>>;

/** Why a template cannot be read, and where. */
export interface LiquidFault {
  readonly code: "template.unset" | "template.syntax";
  readonly message: string;
  readonly hint?: string;
  /** The part of the template that is at fault. */
  readonly begin: number;
  readonly end: number;
}

export type Rendered = { readonly text: string } | { readonly fault: LiquidFault };

/** Tags that would read other files. */
const FILE_TAGS = ["include", "render", "layout", "block"];

/** Most letters of a template, milliseconds that it may take, and memory of its values as the library counts it. */
const LIMITS = { parseLimit: 1_000_000, renderLimit: 1_000, memoryLimit: 10_000_000 };

/** Renders templates over one set of names. They run no code, read no file, and know nothing beside these names. */
export function makeLiquid(context: LiquidContext): (template: string) => Rendered {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    ...LIMITS,
    outputEscape,
  });
  for (const tag of FILE_TAGS) delete engine.tags[tag];
  return (template) => {
    try {
      return { text: String(engine.parseAndRenderSync(template, context)) };
    } catch (error) {
      if (!isLiquidError(error)) throw error;
      return { fault: faultOf(error, { context, engine }) };
    }
  };
}

function outputEscape(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "object") return String(value);
  throw new Error(
    Array.isArray(value) ? 'a list is no text: add `| join: ", "`' : "this is no text but a group of names",
  );
}

function isLiquidError(error: unknown): error is LiquidError {
  return error instanceof Error && "token" in error;
}

function faultOf(
  error: LiquidError,
  { context, engine }: { readonly context: LiquidContext; readonly engine: Liquid },
): LiquidFault {
  const { begin, end } = error.token;
  const message = error.message.replace(/, line:\d+, col:\d+$/, "");
  const [, kind, name] = /^(?:undefined (variable|filter)|tag): ?(.*)$/.exec(message) ??
    /^()tag "(.*)" not found$/.exec(message) ?? [];
  if (kind === "variable") {
    const whole = error.token.getText(); // the message has it only up to the part that is not there
    return { ...unknownVariable(/^[\w.-]+$/.test(whole) ? whole : name, context), begin, end };
  }
  if (name === undefined) {
    return { code: "template.syntax", message: `the template cannot be read: ${message}`, begin, end };
  }
  const word = kind === "filter" ? "filter" : "tag";
  const near = nearest(name, Object.keys(word === "filter" ? engine.filters : engine.tags));
  return {
    code: "template.syntax",
    message: `templates have no ${word} ${JSON.stringify(name)}`,
    hint: near ? `did you mean ${near}?` : FILE_TAGS.includes(name) ? "a template reads no other files" : undefined,
    begin,
    end,
  };
}

function unknownVariable(name: string, context: LiquidContext): Pick<LiquidFault, "code" | "message" | "hint"> {
  const names = Object.entries(context).flatMap(([group, value]) =>
    typeof value === "string" ? [group] : Object.keys(value).map((key) => `${group}.${key}`)
  );
  const [first] = name.split(".");
  const group = Object.hasOwn(context, first) ? undefined : nearest(first, Object.keys(context));
  const near = nearest(name, names) ?? group;
  const variable = /^vars?\.(.+)$/.exec(name)?.[1];
  const hint = near
    ? `did you mean {{ ${near} }}?`
    : variable
    ? `add it under vars:, or give --var ${variable}=VALUE`
    : `there are ${Object.keys(context).join(", ")}`;
  return { code: "template.unset", message: `${name} is not set`, hint };
}
