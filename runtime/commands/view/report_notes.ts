import type { ErrorReport, HookReport, PipelineReport } from "../../store/event.ts";
import type { Style } from "../style.ts";
import { formatCountOf, formatDuration } from "./numbers.ts";
import { wrapText } from "./text_width.ts";
import { visibleLines, visibleText } from "./visible_text.ts";

/** How notes are printed. */
export interface NoteOptions {
  readonly width: number;
  readonly style: Style;
  /** An error that is printed elsewhere. */
  readonly except?: ErrorReport | null;
  /** Streams whose notes are printed, those with errors first; of the others it is said how many there are. */
  readonly most?: number;
}

interface Paragraph {
  readonly mark?: string;
  readonly lead?: string;
  readonly paint?: (text: string) => string;
  readonly text: string;
}

const MOST_WARNINGS = 5;
const RETRY = /^retrying (in|at once)/;
const TRIED = /\(tried \d+ times/;

/** What notes are made of. */
export type Noted = Pick<PipelineReport, "streams"> & Partial<PipelineReport>;

/** The warnings and errors of all streams, a paragraph a stream, after them those of the pipeline itself. */
export function reportNotes(pipelines: readonly Noted[], options: NoteOptions): string {
  const { style, except, most = Infinity } = options;
  const noted = pipelines.flatMap(({ streams, name = "", warnings = [], hooks = [], error = null }) => [
    ...streams.map((stream) => ({ ...stream, hooks: [] })),
    { name, warnings, hooks, error },
  ]);
  const isTriedOut = noted.some(({ error }) => error && TRIED.test(error.message));
  const notes = noted.map(({ name, warnings: all, hooks, error }) => {
    const warnings = isTriedOut ? all.filter((text) => !RETRY.test(text)) : all; // the error says how often it was tried
    const more = warnings.length - MOST_WARNINGS;
    const lead = `${visibleText(name)}:`;
    const parts = [
      hooks.length > 0 ? paragraph({ lead, paint: style.bold, text: hooksText(hooks) }, options) : "",
      ...warnings.slice(0, MOST_WARNINGS).map((text) =>
        paragraph({ mark: style.yellow("!"), lead, paint: style.bold, text }, options)
      ),
      more > 0 ? paragraph({ lead, paint: style.bold, text: formatCountOf(more, "more warning") }, options) : "",
      error && !same(error, except) ? errorNote(error, { ...options, title: name }) : "",
    ].join("");
    return { text: parts && `\n${parts}`, isError: error !== null };
  }).filter(({ text }) => text !== "");
  const first = new Set([...notes.filter(({ isError }) => isError), ...notes].slice(0, most));
  const kept = notes.filter((note) => first.has(note)).map(({ text }) => text).join("");
  const rest = notes.length - first.size;
  return rest > 0
    ? `${kept}\n  ${style.dim(`… notes on ${formatCountOf(rest, "more stream")}: \`dteg runs show last\``)}\n`
    : kept;
}

/** `2 hooks ran in 40 ms, 1 failed, 1 skipped`. */
function hooksText(hooks: readonly HookReport[]): string {
  const count = (status: HookReport["status"]) => hooks.filter((hook) => hook.status === status).length;
  const seconds = hooks.reduce((sum, { status, seconds }) => sum + (status === "ok" ? seconds : 0), 0);
  const [ran, failed, skipped] = [count("ok"), count("failed"), count("skipped")];
  return [
    `${formatCountOf(ran, "hook")} ran${ran > 0 ? ` in ${formatDuration(seconds)}` : ""}`,
    failed > 0 ? `${failed} failed` : "",
    skipped > 0 ? `${skipped} skipped` : "",
  ].filter(Boolean).join(", ");
}

/** An error as people read it: its code, where it is and what it says, and what to do. */
export function errorNote(error: ErrorReport, { title, ...options }: NoteOptions & { readonly title: string }): string {
  const { style } = options;
  const place = [error.path, error.line, error.col].filter((part) => part !== null).join(":");
  return [
    `${style.red("✗")} ${style.bold(visibleText(title))}: ${style.red(error.code)}\n`,
    paragraph({ text: `${place && `${place}: `}${error.message}` }, options),
    error.hint === null ? "" : paragraph({ lead: "hint:", paint: style.cyan, text: error.hint }, options),
  ].join("");
}

/** A mark or two spaces, a lead that is painted, and the text, wrapped two columns in. */
function paragraph({ mark = " ", lead = "", paint = plain, text }: Paragraph, { width }: NoteOptions): string {
  const [first, ...rest] = wrapText(visibleLines(`${lead}${lead && " "}${text}`), width - 2);
  const painted = first.startsWith(lead) ? paint(lead) + first.slice(lead.length) : first;
  return `${mark} ${painted}\n${rest.map((line) => `  ${line}\n`).join("")}`;
}

function plain(text: string): string {
  return text;
}

function same(a: ErrorReport, b: ErrorReport | null | undefined): boolean {
  return b !== null && b !== undefined && a.code === b.code && a.message === b.message;
}
