import {
  type Destination,
  type Existing,
  parseName,
  type Reader,
  type Schema,
  type Source,
  type TargetState,
} from "../../../sdk/mod.ts";
import { fittingOf } from "../check/fitting.ts";
import { lossRules } from "../check/loss_rules.ts";
import { besideOf } from "../drift/column_drift.ts";
import { type ResolvedFiles, resolveFiles } from "../files/resolve_files.ts";
import type { LentHost } from "../host.ts";
import { asTaken } from "../pipe/as_taken.ts";
import { acceptedFormats } from "../plan/accepted.ts";
import { declaredTypes, isTyped } from "../plan/declared_types.ts";
import { withStreamFault } from "../ask/stream_fault.ts";
import { shapeBatch, shapeBytes } from "../plan/shape.ts";
import { versionColumns } from "../history/history_columns.ts";
import { loadColumns } from "../staged/load_columns.ts";
import type { NamedStream } from "../stream_job.ts";

/** What a stream has, and what the target gets of it. */
export interface PlannedShape {
  /** Columns of the source. */
  readonly read: Schema;
  /** Columns of the load. */
  readonly schema: Schema;
  /** Name in the target by name in the source. */
  readonly names: Readonly<Record<string, string>>;
  readonly bytes: number | null;
  /** The types of columns that nobody declared are guesses. */
  readonly isGuessed: boolean;
}

interface Ends {
  readonly source: Source;
  readonly destination: Destination;
  readonly host: LentHost;
}

/** The columns that a load of the stream would have: no row is moved. */
export async function plannedShape(
  stream: NamedStream,
  { source, destination, host }: Ends,
  { existing, state, system }: { readonly existing?: Existing; readonly state?: TargetState; readonly system: string },
): Promise<PlannedShape> {
  const before = state?.names;
  await using reader = await openReader(stream, { source, destination });
  const { can, types } = destination;
  const naming = { ...can, before };
  const batch = asTaken(await reader.read(reader.parts[0]), destination, { stream, tempDir: host.tempDir });
  const bytes = reader.bytes ?? null;
  const withAdded = (schema: Schema) => [
    ...schema,
    ...versionColumns(stream, { schema, snapshotAt: reader.snapshotAt }),
    ...loadColumns(schema, { isWanted: stream.loadColumns === true, run: "" }),
  ];
  const isGuessed = batch.kind === "files" && !isTyped(batch);
  if (batch.kind === "bytes") {
    await batch.stream.cancel();
    const shaped = shapeBytes(batch, stream, naming);
    return { read: batch.schema, schema: withAdded(shaped.batch.schema), names: shaped.names, bytes, isGuessed };
  }
  const loss = lossRules(stream);
  const { scan, origin, told }: Omit<ResolvedFiles, "explain"> = batch.kind === "scan"
    ? { scan: batch }
    : await resolveFiles(await host.duckdb(), {
      batch,
      ...declaredTypes(stream, { isTyped: isTyped(batch), existing, before }),
      guess: "first rows",
      loss,
      tempDir: host.tempDir,
      log: host.log,
    });
  if (scan.schema.length === 0) return { read: [], schema: [], names: {}, bytes, isGuessed };
  const beside = besideOf(destination, { existing, before: state, system });
  const fitting = loss.isPlain ? undefined : fittingOf(stream, { loss, existing, beside, origin, told });
  const shaped = shapeBatch(scan, stream, { ...naming, types, fitting });
  return { read: scan.schema, schema: withAdded(shaped.batch.schema), names: shaped.names, bytes, isGuessed };
}

function openReader(stream: NamedStream, { source, destination }: Omit<Ends, "host">): Promise<Reader> {
  const loss = lossRules(stream);
  return withStreamFault({ stream, source }, () =>
    source.open({
      stream: stream.sql === undefined ? parseName(stream.name) : { sql: stream.sql },
      columns: stream.select.map((name) => ({ name })),
      drop: stream.columns.filter(({ drop }) => drop).map(({ name }) => name),
      text: stream.columns.filter(({ type }) => type?.kind === "text").map(({ name }) => name),
      ...(!loss.isPlain && { onLoss: loss.source }),
      where: stream.where,
      limit: 0,
      accepts: acceptedFormats(stream, { destination }),
      settings: stream.settings,
      parts: 1,
    }));
}
