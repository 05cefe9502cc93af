import type { Kind } from "../kinds.ts";
import type { Made } from "../nasty.ts";
import { textFile } from "./text_file.ts";
import type { Bench, Plug } from "./plug.ts";

/** CSV: written here by its rules, read back by a strict reader of its own. */
export function csvPlug(bench: Bench): Plug {
  return textFile({
    end: "csv",
    bench,
    file: ({ values }) => {
      const row = (cells: readonly string[]) => `${cells.join(",")}\n`;
      return row(["id", ...values.map(({ id }) => id)]) +
        row(["0", ...values.map(({ from }) => field(from.csv!))]) +
        row(["1", ...values.map(() => "")]);
    },
    read: (text) => {
      const [head, ...rows] = readCsv(text);
      return { columns: head.map((name) => [name ?? "", "text"]), rows };
    },
    form(kind, text) {
      if (kind !== "bytes") return ofTextForm(kind, text);
      if (!/^\\x([0-9a-f]{2})*$/.test(text)) throw new Error(`${text.slice(0, 80)} is not \\x and hex`);
      return text.slice(2);
    },
  });
}

/** Values that nobody declares are written as they are. */
function field({ type, value: text }: Made): string {
  if (type === undefined) return text;
  return type === "text" || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Records of fields; what stands between two commas without quotes and is nothing is NULL. Lines end in `\n`, nothing else is allowed. */
export function readCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))([,\n])/y;
  let row: (string | null)[] = [];
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) throw new Error(`no CSV at ${at}: ${JSON.stringify(text.slice(at, at + 80))}`);
    row.push(found[1]?.replaceAll('""', '"') ?? (found[2] === "" ? null : found[2]));
    if (found[3] === "\n") {
      rows.push(row);
      row = [];
    }
  }
  if (row.length) throw new Error("the last line has no end");
  return rows;
}

/** Forms that the page of types promises of text files. */
export const FORMS: Readonly<Partial<Record<string, RegExp>>> = {
  bool: /^(true|false)$/,
  date: /^(\d{4}-\d\d-\d\d|-?infinity|\d+-\d\d-\d\d( \(BC\))?)$/,
  time: /^\d\d:\d\d:\d\d(\.\d+)?$/,
  timestamp: /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}|-?infinity|\d+-\d\d-\d\d.*)$/,
  timestamp9: /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}|-?infinity)$/,
  timestamptz: /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z|-?infinity|\d+-\d\d-\d\d.*Z)$/,
  interval: /^P/,
};

/** A text in the promised form as `exact` takes it. */
export function ofTextForm(kind: Kind, text: string): string {
  const form = FORMS[kind];
  if (form && !form.test(text)) {
    throw new Error(`${JSON.stringify(text.slice(0, 80))} is not the form of ${kind} in a text file`);
  }
  return text.replace(/^([\d-]+) \(BC\)(.*)$/, "$1$2 BC");
}
