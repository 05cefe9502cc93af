import {
  DtegError,
  formatName,
  type Log,
  nearest,
  parseName,
  sameName,
  type Source,
  type Stream,
  type TableName,
} from "../../../sdk/mod.ts";
import { streamFilter } from "../ask/stream_patterns.ts";
import { parsePattern, type StreamPattern } from "../../config/form/stream_pattern.ts";
import type { Pipeline, PipelineStream } from "../../config/pipeline.ts";
import type { NamedStream } from "../stream_job.ts";
import { autoKeys } from "./auto_key.ts";
import { requireSharedColumns } from "./shared_columns.ts";
import { withCursor } from "./with_cursor.ts";

/** A stream of a pipeline with what the source knows of it; nothing where it was not looked for. */
export interface PickedStream {
  readonly stream: NamedStream;
  readonly found?: Stream;
}

/** An entry of the pipeline, and which streams of the source it may mean. */
interface Entry {
  readonly stream: PipelineStream;
  /** Absent: it is not looked for among the streams that the source has. */
  readonly pattern?: StreamPattern;
}

/** One stream a table: those that are named, and those that wildcards take. The source is asked once for all of them. */
export async function pickStreams(
  pipeline: Pipeline,
  { source, log }: { readonly source: Source; readonly log: Log },
): Promise<readonly NamedStream[]> {
  const entries = pipeline.streams.map((stream) => ({ stream, pattern: patternOf(stream) }));
  const exclude = (pipeline.exclude ?? []).map(parsePattern);
  const look = await lookFor(entries, { source, exclude });
  const named = new Set(entries.flatMap((entry) => isWild(entry) ? [] : tableOf(entry, look.found)?.name ?? []));
  const takenBy = new Map<Stream, Entry>();
  for (const stream of look.found) {
    if (stream.kind === "view" || named.has(stream.name) || exclude.some((pattern) => pattern.matches(stream.name))) {
      continue;
    }
    const last = entries.findLast((entry) => isWild(entry) && entry.pattern?.matches(stream.name));
    if (last) takenBy.set(stream, last);
  }
  const picked = entries.flatMap((entry): readonly PickedStream[] => {
    const { stream } = entry;
    if (isWild(entry)) {
      return look.found.filter((one) => takenBy.get(one) === entry).map((found) => ({
        stream: { ...stream, name: formatName(found.name) },
        found,
      }));
    }
    if (stream.name === null) return [];
    const found = tableOf(entry, look.found);
    return [{ stream: { ...stream, name: found ? formatName(found.name) : stream.name }, ...(found && { found }) }];
  });
  tellUnmatched(entries, { look, exclude, picked, pipeline, log });
  requireSharedColumns(picked);
  return autoKeys(wantedOf(picked, pipeline, look).map(withSource).map((one) => withCursor(one, log)), log);
}

/** Those of the pipeline's streams that are asked for, as --stream does. */
function wantedOf(picked: readonly PickedStream[], { name, only }: Pipeline, look: Look): readonly PickedStream[] {
  if (!only) return picked;
  const isNamed = ({ stream }: PickedStream, pattern: StreamPattern) =>
    stream.name === pattern.text || pattern.matches(parseName(stream.name));
  const missing = only.map(parsePattern).find((pattern) =>
    !pattern.excludes && !picked.some((one) => isNamed(one, pattern))
  );
  if (missing) {
    throw new DtegError("stream.not_found", `pipeline ${name} has no stream ${JSON.stringify(missing.text)}`, {
      hint: hintFor(missing, picked.map(({ stream }) => parseName(stream.name))) || hintFor(missing, look.names),
    });
  }
  const isWanted = streamFilter(only);
  return picked.filter(({ stream: { name } }) => only.includes(name) || isWanted?.(parseName(name)));
}

const isWild = ({ stream }: Entry) => stream.isWild || stream.name === null;

function patternOf({ name, sql, settings, isWild }: PipelineStream): StreamPattern | undefined {
  if (sql !== undefined || "path" in settings) return undefined;
  if (name === null || isWild) return parsePattern(name ?? "*");
  return parsePattern(formatName(parseName(name)));
}

interface Look {
  readonly found: readonly Stream[];
  /** All names that the source has. */
  readonly names: readonly TableName[];
}

async function lookFor(
  entries: readonly Entry[],
  { source, exclude }: { readonly source: Source; readonly exclude: readonly StreamPattern[] },
): Promise<Look> {
  const found: Stream[] = [];
  const names: TableName[] = [];
  const byName = entries.filter((entry) => !isWild(entry)).flatMap(({ pattern }) => pattern ?? []);
  const wild = entries.filter(isWild).flatMap(({ pattern }) => pattern ?? []);
  if (byName.length + wild.length === 0) return { found, names };
  const isWanted = (name: TableName) =>
    byName.some((pattern) => pattern.matches(name)) ||
    (wild.some((pattern) => pattern.matches(name)) && !exclude.some((pattern) => pattern.matches(name)));
  const filter = (name: TableName) => {
    names.push(name);
    return isWanted(name);
  };
  for await (const stream of source.discover(filter)) if (isWanted(stream.name)) found.push(stream);
  return { found, names };
}

/** The one that a name means. What is not there, or may be several, is told when it is opened. */
function tableOf({ stream, pattern }: Entry, found: readonly Stream[]): Stream | undefined {
  if (!pattern || stream.name === null) return undefined;
  const fits = found.filter(({ name }) => pattern.matches(name));
  const wanted = parseName(stream.name);
  return fits.find(({ name }) => sameName(name, wanted)) ?? (fits.length === 1 ? fits[0] : undefined);
}

/** Says which wildcard has no table: an error where nothing is left to load. */
function tellUnmatched(
  entries: readonly Entry[],
  { look, exclude, picked, pipeline, log }: {
    readonly look: Look;
    readonly exclude: readonly StreamPattern[];
    readonly picked: readonly PickedStream[];
    readonly pipeline: Pipeline;
    readonly log: Log;
  },
): void {
  for (const entry of entries) {
    const { pattern } = entry;
    if (!isWild(entry) || !pattern || (look.names.length === 0 && !entry.stream.isWild)) continue;
    const matched = look.names.filter((name) => pattern.matches(name));
    const tables = look.found.filter(({ kind, name }) => kind !== "view" && pattern.matches(name));
    if (tables.length > 0) continue;
    const isLeftOut = matched.length > 0 && matched.every((name) => exclude.some((one) => one.matches(name)));
    const views = look.found.filter(({ name }) => pattern.matches(name)).map(({ name }) => formatName(name));
    const reason = isLeftOut
      ? "all that it matches is left out"
      : views.length > 0
      ? `it takes no views: name ${some(views)} to load them`
      : undefined;
    const message = `${JSON.stringify(pattern.text)} matches no table of ${pipeline.source.label}`;
    const hint = reason ?? hintFor(pattern, look.names);
    if (picked.length === 0) throw new DtegError("stream.not_found", message, { hint });
    log.warn(hint ? `${message}; ${hint}` : message);
  }
  for (const pattern of exclude) {
    if (pattern.isWild || look.names.some((name) => pattern.matches(name))) continue;
    const hint = hintFor(pattern, look.names);
    log.warn(`${JSON.stringify(`!${pattern.text}`)} leaves nothing out${hint ? `; ${hint}` : ""}`);
  }
}

function hintFor({ text }: StreamPattern, names: readonly TableName[]): string {
  const schemas = new Set(names.flatMap(({ schema }) => schema === undefined ? [] : [formatName({ name: schema })]));
  const [schema, ...rest] = text.split(".");
  const near = rest.length > 0 && !schemas.has(schema) ? nearest(schema, schemas) : undefined;
  if (near !== undefined) return `did you mean ${[near, ...rest].join(".")}?`;
  const all = names.map(formatName);
  const close = nearest(text, [...all, ...names.map(({ name }) => name)]);
  return close ? `did you mean ${close}?` : all.length > 0 ? `there are ${some(all)}` : "the source has no streams";
}

function some(names: readonly string[]): string {
  return names.length > 8 ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more` : names.join(", ");
}

/** What the source says of a table counts where the pipeline says nothing. */
function withSource({ stream, found }: PickedStream): PickedStream {
  if (!found) return { stream };
  const comment = stream.table.comment ?? found.comment;
  const has = new Set(found.schema?.map(({ name }) => name));
  const columns = stream.sharesColumns && found.schema
    ? stream.columns.filter(({ name }) => has.has(name))
    : stream.columns;
  return {
    stream: { ...stream, columns, table: { ...stream.table, ...(comment !== undefined && { comment }) } },
    found,
  };
}
