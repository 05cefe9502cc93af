import type { Document, ErrorCode as YamlCode, YAMLError } from "yaml";
import type { DtegError } from "../../../sdk/mod.ts";
import { type Fault, fault, type Tree } from "./tree.ts";

/** The errors of a document: each key that stands twice, and the first of all others, since it causes the rest. */
export function syntaxErrors(document: Document.Parsed, tree: Tree): DtegError[] {
  const all: YAMLError[] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  const first = all.find((error) => error.code !== "DUPLICATE_KEY");
  const twice = all.filter((error) => error.code === "DUPLICATE_KEY" && error.pos[0] < (first?.pos[0] ?? Infinity));
  return [...twice, ...(first ? [first] : [])].map((error) => fault(tree, "", describe(error, tree.text)));
}

const WORDS: Partial<Record<YamlCode, Pick<Fault, "message" | "hint">>> = {
  TAB_AS_INDENT: { message: "a tab stands where the line is indented", hint: "indent with spaces" },
  BLOCK_AS_IMPLICIT_KEY: { message: "a second `key: value` begins inside a value", hint: "put the value in quotes" },
  MISSING_CHAR: { message: "a quote is not closed", hint: "close it, or leave both out" },
  TAG_RESOLVE_FAILED: {
    message: "a tag that dteg does not know",
    hint: "leave it out; put a value that begins with ! in quotes",
  },
};

function describe({ code, message, pos }: YAMLError, text: string): Fault {
  const [start, end] = [Math.min(pos[0], text.length), pos[1]];
  if (code === "DUPLICATE_KEY") {
    const key = /^(?:"[^"\n]*"|'[^'\n]*'|[^:\n]*)/.exec(text.slice(start))?.[0] ?? "";
    return {
      code: "pipeline.duplicate_key",
      message: `the key ${key.trim()} stands twice`,
      hint: "leave one out",
      span: [start, start + key.length],
    };
  }
  if (/call stack/i.test(message)) {
    return {
      code: "pipeline.too_large",
      message: "lists and mappings stand too deep in each other",
      span: [start, end],
    };
  }
  const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start + 80).split("\n")[0];
  if (/[{[,:]\s*\$\{/.test(line) && /[{[].*\$\{/.test(line)) {
    return {
      code: "pipeline.syntax",
      message: "inside { } and [ ] the braces of ${…} are read as YAML",
      hint: 'put the value in quotes: "${env.X}"',
      span: [start, end],
    };
  }
  if (/^Flow (map|sequence)/.test(message)) {
    const [open, close] = message.startsWith("Flow map") ? ["{", "}"] : ["[", "]"];
    return {
      code: "pipeline.syntax",
      message: `a ${open} before here is not closed by ${close}`,
      hint: `add ${close}`,
      span: [start, end],
    };
  }
  const { message: words = `this is not YAML: ${message}`, hint } = WORDS[code] ?? {};
  return { code: "pipeline.syntax", message: words, hint, span: [start, end] };
}
