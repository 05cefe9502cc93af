import { formatName, type Schema, type Stream } from "../../../sdk/mod.ts";
import type { End } from "../../config/pipeline.ts";
import type { RunContext } from "../run_context.ts";
import { cursorCandidates } from "./cursor_candidates.ts";
import { openSource } from "./open_end.ts";
import { openStream, plainStream } from "./open_stream.ts";
import { streamFilter } from "./stream_patterns.ts";

/** A stream that was found, with its columns where they were asked for. */
export interface FoundStream extends Stream {
  readonly schema: Schema;
  /** Columns that a load could go on from, the likeliest first. */
  readonly cursors?: readonly string[];
  /** Size of its files in bytes. */
  readonly bytes?: number;
}

/** The streams of a source, as they are found. Columns that the source does not tell are guessed from its first rows. */
export async function* findStreams(
  end: End,
  context: RunContext,
  { patterns = [] }: { readonly patterns?: readonly string[] } = {},
): AsyncGenerator<FoundStream> {
  await using opened = await openSource(end, context);
  const filter = streamFilter(patterns);
  for await (const stream of opened.source.discover(filter)) {
    if (filter && !filter(stream.name)) continue;
    if (stream.schema) yield withCursors({ ...stream, schema: stream.schema });
    else {
      const { scan, isWhole, bytes } = await openStream(opened, plainStream(formatName(stream.name)), { limit: 0 });
      yield { ...(isWhole && { kind: "file" as const, bytes }), ...stream, schema: scan.schema };
    }
  }
}

/** Columns whose names or indexes say that they grow. Those of files are guessed, and say nothing. */
function withCursors(stream: FoundStream): FoundStream {
  const cursors = cursorCandidates(stream.schema, stream);
  return { ...stream, ...(cursors.length > 0 && { cursors }) };
}
