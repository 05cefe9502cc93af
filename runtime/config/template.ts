import { nearest } from "../../sdk/mod.ts";

/** What `${…}` may refer to. */
export const NAMESPACES = ["env", "var", "secret", "run"] as const;
export type Namespace = typeof NAMESPACES[number];

/** A `${…}` in a text: where it stands, and what it refers to or why it cannot be read. */
export interface Reference {
  readonly at: number;
  /** As written, with its braces. */
  readonly source: string;
  readonly namespace: Namespace;
  readonly name: string;
  readonly fallback?: string;
}
export interface BadReference {
  readonly at: number;
  readonly source: string;
  readonly problem: string;
  /** What was most likely meant. */
  readonly meant?: string;
}

const REFERENCE = /^([a-z]+)\.([A-Za-z0-9_][A-Za-z0-9_.-]*)(?::-(.*))?$/s;

/** Splits a text at its `${…}`. `$${` is a literal `${` and stays with the text around it. */
export function parseTemplate(text: string): readonly (string | Reference | BadReference)[] {
  const pieces: (string | Reference | BadReference)[] = [];
  let literal = "";
  for (let at = 0; at < text.length;) {
    if (text.startsWith("$${", at)) {
      literal += "${";
      at += 3;
    } else if (text.startsWith("${", at)) {
      const end = text.indexOf("}", at);
      const source = text.slice(at, end < 0 ? undefined : end + 1);
      if (literal) pieces.push(literal);
      literal = "";
      pieces.push(end < 0 ? { at, source, problem: "is not closed by }" } : reference(source, at));
      at += source.length;
    } else {
      literal += text[at++];
    }
  }
  return literal ? [...pieces, literal] : pieces;
}

/** A text that {@linkcode parseTemplate} reads as itself. */
export function escapeTemplate(text: string): string {
  return text.replaceAll("${", () => "$${");
}

function reference(source: string, at: number): Reference | BadReference {
  const match = REFERENCE.exec(source.slice(2, -1));
  const namespace = NAMESPACES.find((known) => known === match?.[1]);
  if (!match || !namespace || match[2].includes("..")) {
    const near = match && !namespace ? nearest(match[1], NAMESPACES) : undefined;
    const meant = near && `\${${near}${source.slice(2 + (match?.[1].length ?? 0))}`;
    return {
      ...(meant && { meant }),
      at,
      source,
      problem: `is none of ${NAMESPACES.map((known) => `\${${known}.NAME}`).join(", ")}`,
    };
  }
  return { at, source, namespace, name: match[2], ...(match[3] !== undefined && { fallback: match[3] }) };
}
