import type { ErrorCode } from "../../../sdk/mod.ts";
import type { WalkedRecord } from "./json_walk.ts";
import { membersOf, tokensOf } from "./members.ts";

/** What is wrong with a record. */
export interface JsonFault {
  readonly code?: ErrorCode;
  readonly reason: string;
  readonly line: number;
  /** The key at fault. */
  readonly column?: string;
  readonly hint?: string;
}

/** The fault of a record, nothing where it is an object that can be read. */
export function recordFault({ line, bytes, problem }: WalkedRecord): JsonFault | undefined {
  if (problem) return { line, reason: problem };
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).trim();
  } catch {
    const hint = "declare the encoding, as `encoding: latin1`";
    return { code: "file.encoding", line, reason: "it holds bytes that are no UTF-8", hint };
  }
  const value = parse(text);
  if (value instanceof SyntaxError) {
    const position = Number(/position (\d+)/.exec(value.message)?.[1] ?? text.length);
    const before = text.slice(0, position).split("\n").length - 1;
    return { line: line + before, reason: `${start(text)} is not JSON: ${value.message.slice(0, 200)}` };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { line, reason: `${start(text)} is no object` };
  }
  return memberFault(text, line);
}

function memberFault(text: string, line: number): JsonFault | undefined {
  const keys = new Set<string>();
  for (const { key, value } of membersOf(text)) {
    const column = key.slice(0, 200);
    if (!key.isWellFormed() || hasHalf(value)) {
      return {
        line,
        column,
        reason: `the text of ${start(key)} holds half of a surrogate pair, which is no character`,
      };
    }
    if (key.includes("\0")) return { line, column, reason: `no column can be named ${start(key)}` };
    if (keys.has(key)) return { line, column, reason: `the key ${start(key)} stands twice` };
    keys.add(key);
  }
  return undefined;
}

/** True for JSON text with an escape of a lone surrogate. */
function hasHalf(json: string): boolean {
  if (!/\\u[dD][89a-fA-F]/.test(json)) return false;
  return tokensOf(json).some(({ token }) => token[0] === '"' && !(JSON.parse(token) as string).isWellFormed());
}

/** DuckDB takes NaN and Infinity, which other programs write for such numbers: they are no faults here. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (strict) {
    const plain = text.replace(
      /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:nan|inf|infinity)\b/gis,
      (found) => found.startsWith('"') ? found : "null",
    );
    try {
      return JSON.parse(plain);
    } catch {
      return strict;
    }
  }
}

const start = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
