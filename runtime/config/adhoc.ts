import { createHash } from "node:crypto";
import { DtegError } from "../../sdk/mod.ts";
import { assemble, type Loaded, throwMasked } from "./resolve/assemble.ts";
import { type EndContext, resolveEnd, type Role } from "./resolve/end.ts";
import type { End } from "./pipeline.ts";
import type { Plain, PlainMap } from "./tree/tree.ts";

/** A run without a file, as its flags say it. */
export interface AdhocFlags {
  /** URL, path, name of a connection, or `-`. */
  readonly from: string;
  readonly to: string;
  /** Names of streams; none: each stream that the source has. */
  readonly streams?: readonly string[];
  readonly into?: string;
  readonly write?: string;
  readonly key?: readonly string[];
  readonly cursor?: readonly string[];
  readonly select?: readonly string[];
  readonly where?: string;
  readonly adopt?: boolean;
  /** Name of the pipeline. Default: made of both ends, so that the same line is the same pipeline. */
  readonly name?: string;
}

/** What an ad hoc run is made with. */
export type AdhocOptions = Omit<EndContext, "strictSecrets">;

/** The pipeline of an ad hoc run. It passes the same checks as a file; --set applies to it as to one. */
export function adhocPipeline(flags: AdhocFlags, options: AdhocOptions): Promise<Loaded> {
  const { from, to, streams = [], name, into, write, where } = flags;
  const words: Record<string, Plain> = {};
  for (const [key, value] of Object.entries({ into, write, where })) if (value !== undefined) words[key] = value;
  if (flags.key?.length) words.key = flags.key.join() === "auto" ? "auto" : flags.key;
  if (flags.cursor?.length) words.cursor = flags.cursor;
  if (flags.select?.length) words.select = flags.select;
  if (flags.adopt) words.adopt = true;
  const taken = streams.filter((stream) => !stream.startsWith("!"));
  const root: PlainMap = {
    version: 1,
    ...(name !== undefined && { name }),
    source: from,
    destination: to,
    streams: [
      ...(taken.length > 0 ? taken : [WHOLE_SOURCE]).map((stream) => ({ name: stream, ...words })),
      ...streams.filter((stream) => stream.startsWith("!")),
    ],
  };
  const tree = { path: null, text: "", root, places: new Map() };
  return assemble(tree, { ...options, strictSecrets: true, name: nameOf }).then(withWholeSource, (error) => {
    throw error instanceof DtegError ? withoutPlaceholder(error) : error;
  });
}

/** Stands for "each stream of the source" on the way through the form, which wants a name. */
const WHOLE_SOURCE = "\u0000";

/** The error in words of the one who typed flags, and named no stream. */
function withoutPlaceholder(error: DtegError): DtegError {
  const message = error.message.replace(`the stream ${JSON.stringify(WHOLE_SOURCE)}`, "what is loaded");
  return new DtegError(error.code, message, {
    ...error,
    cause: error.cause,
    others: error.others.map(withoutPlaceholder),
  });
}

function withWholeSource({ pipeline, ...rest }: Loaded): Loaded {
  const streams = pipeline.streams.map((stream) => stream.name === WHOLE_SOURCE ? { ...stream, name: null } : stream);
  return { ...rest, pipeline: { ...pipeline, streams } };
}

function nameOf({ source, destination }: { readonly source: string; readonly destination: string }): string {
  const hash = createHash("sha256").update(JSON.stringify([source, destination])).digest("hex");
  return `adhoc_${hash.slice(0, 8)}`;
}

/** A single end that a URL, a path or the name of a connection names, as `query --on` has it. */
export async function adhocEnd(text: string, role: Role, options: AdhocOptions): Promise<End> {
  const tree = { path: null, text: "", root: { [role]: text }, places: new Map() };
  options.secrets.addUrl(text);
  const expanded = { tree, whole: new Set<string>(), hollow: new Set<string>(), errors: [], warnings: [] };
  const { end, errors } = await resolveEnd(expanded, role, { ...options, strictSecrets: true });
  throwMasked(errors, options.secrets);
  if (!end) {
    throw new DtegError("connection.unknown", `${JSON.stringify(text)} names no end`, {
      hint: "give a URL, a path or a connection",
    });
  }
  return end;
}
