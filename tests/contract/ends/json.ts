import { type Json, readJson, writeJson } from "../json_text.ts";
import type { Kind } from "../kinds.ts";
import { ofTextForm } from "./csv.ts";
import type { Bench, Content, Lane, Plug } from "./plug.ts";
import { textFile } from "./text_file.ts";

const hex = (base64: string) =>
  [...atob(base64)].map((char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join("");

const NUMBER = /^(u?int\d+|decimal|numeric|float\d+)/;

/** JSON of a value as text: numbers stand bare, but for those that JSON has no number for; all else but JSON itself in quotes. */
function form(kind: Kind, text: string): string {
  if (kind === "json") return text;
  const isQuoted = text.startsWith('"');
  const isBare = kind === "bool" || (NUMBER.test(kind) && !/^"(NaN|-?Infinity)"$/.test(text));
  if (isQuoted === isBare && kind !== "guess") throw new Error(`${text.slice(0, 80)} is not how JSON has a ${kind}`);
  const plain = isQuoted ? JSON.parse(text) : text;
  return kind === "bytes" ? hex(plain) : ofTextForm(kind, plain);
}

const records = ({ values }: Lane, end: "ndjson" | "json") => [
  `{"id":0,${values.map(({ id, from }) => `"${id}":${from[end]?.value}`).join(",")}}`,
  `{"id":1,${values.map(({ id }) => `"${id}":null`).join(",")}}`,
];

/** NDJSON: an object a line. */
export function ndjsonPlug(bench: Bench): Plug {
  return textFile({
    end: "ndjson",
    bench,
    form,
    file: (lane) => `${records(lane, "ndjson").join("\n")}\n`,
    read: (text) => {
      if (text === "") return { columns: [], rows: [] };
      if (!text.endsWith("\n")) throw new Error("the last line has no end");
      return contentOf(text.slice(0, -1).split("\n").map(readJson));
    },
  });
}

/** JSON: an array of objects. */
export function jsonPlug(bench: Bench): Plug {
  return textFile({
    end: "json",
    bench,
    form,
    file: (lane) => `[${records(lane, "json").join(",\n")}]`,
    read: (text) => {
      const whole = readJson(text);
      return contentOf(whole.kind === "list" ? whole.items : [whole]);
    },
  });
}

/** Members by their place; what a reader is told of a member's kind is whether it stands in quotes. */
function contentOf(records: readonly Json[]): Content {
  const members = records.map((record) => {
    if (record.kind !== "object") throw new Error("a record is no object");
    return record.members;
  });
  const columns = (members[0] ?? []).map(([key]) => [JSON.parse(key), "text"] as const);
  return {
    columns,
    rows: members.map((row) => {
      if (row.map(([key]) => key).join() !== members[0].map(([key]) => key).join()) throw new Error("keys differ");
      return row.map(([, value]) => value.kind === "token" && value.text === "null" ? null : writeJson(value));
    }),
  };
}
