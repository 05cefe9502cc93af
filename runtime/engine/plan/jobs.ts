import {
  type Destination,
  DtegError,
  formatName,
  nearest,
  parseName,
  type Source,
  type TableName,
} from "../../../sdk/mod.ts";
import { unfitKey } from "../../config/form/unfit_key.ts";
import type { Pipeline } from "../../config/pipeline.ts";
import { requireBackfill } from "../cursor/backfill.ts";
import type { TypedInterval } from "../cursor/interval.ts";
import { makeHost } from "../host.ts";
import { usableThreads } from "../limits.ts";
import type { RunContext } from "../run_context.ts";
import type { NamedStream, StreamJob } from "../stream_job.ts";
import { pickStreams } from "./pick_streams.ts";
import { targetTables } from "./target_tables.ts";

/** Checks both ends and settles what goes where: one job a stream. */
export async function resolveJobs(pipeline: Pipeline, context: RunContext): Promise<readonly StreamJob[]> {
  const sourceConnector = context.connectorOf(pipeline.source);
  const destinationConnector = context.connectorOf(pipeline.destination);
  if (!sourceConnector.source) {
    throw new DtegError("connector.no_source", `${sourceConnector.name} cannot be read from`);
  }
  if (!destinationConnector.destination) {
    throw new DtegError("connector.no_destination", `${destinationConnector.name} cannot be written to`);
  }
  await using host = await makeHost(context, { pipeline: pipeline.name, end: pipeline.source });
  await using targetHost = await makeHost(context, { pipeline: pipeline.name, end: pipeline.destination });
  await using source = sourceConnector.source(pipeline.source.config, host);
  await using destination = destinationConnector.destination(pipeline.destination.config, targetHost);
  const ends = [source, destination];
  if (pipeline.source.connector === pipeline.destination.connector) ends.reverse(); // one database opened to be written can be read too
  for (const end of ends) await end.check();
  const picked = await pickStreams(pipeline, { source, log: host.log });
  const streams = context.fullRefresh ? picked.map(refreshed) : picked;
  if (streams.length === 0) throw new DtegError("stream.none", `${pipeline.source.label} has no stream to load`);
  const tables = await targetTables(streams, { destination, pipeline: pipeline.name });
  const threads = streams.length === 1 ? usableThreads(context.limits) : 1;
  const jobs = streams.map((stream, index) => {
    const table = tables[index];
    return { pipeline, stream, name: stream.name, table, target: context.mask(destination.label(table)), threads };
  });
  const byTarget = new Map<string, StreamJob>();
  for (const job of jobs) {
    const other = byTarget.get(job.target);
    byTarget.set(job.target, job);
    if (!other) continue;
    throw new DtegError("stream.same_target", `streams ${other.name} and ${job.name} both go to ${job.target}`, {
      hint: "pick one with --stream, give one another `into` (into: raw.{table}, into: {schema}_{table}), " +
        "or end the destination's path with / to make it a folder",
    });
  }
  jobs.forEach(({ stream }) =>
    checkWrite(stream, {
      can: destination.can,
      label: pipeline.destination.label,
      limit: context.limit,
      interval: context.interval,
    })
  );
  return jobs;
}

/** A stream with a cursor, or one that keeps versions, read whole and put in the place of what is there. */
function refreshed(stream: NamedStream): NamedStream {
  const { cursor, write } = stream;
  if (!cursor && write !== "scd2") return stream;
  return {
    ...stream,
    write: "replace",
    ...(write === "scd2" && { isHistory: true }),
    ...(cursor && { cursor: { ...cursor, goesOnBy: write } }),
  };
}

function checkWrite(
  stream: NamedStream,
  { can: { writes: can, keepsPosition, deletes }, label, limit, interval }: {
    readonly can: Destination["can"];
    readonly label: string;
    readonly limit?: number;
    readonly interval?: TypedInterval;
  },
): void {
  if (interval) requireBackfill(stream, { canReplace: deletes === true, label });
  const unfit = stream.write === "merge" || stream.write === "scd2" ? unfitKey(stream) : undefined;
  if (unfit) {
    throw new DtegError(unfit.fault.code, unfit.fault.message, { column: unfit.column, hint: unfit.fault.hint });
  }
  if (stream.deletes && !deletes) {
    throw new DtegError(
      "usage",
      `this version cannot find deletes in ${label}: stream ${stream.name} has delete: ${stream.deletes.how}`,
      {
        hint: "leave `delete` out, or load into PostgreSQL, MariaDB, MySQL or DuckDB",
      },
    );
  }
  if (stream.cursor && !keepsPosition) {
    throw new DtegError("usage", `this version cannot keep with ${label} how far stream ${stream.name} was read`, {
      hint: "leave its cursor out: all is read each time",
    });
  }
  if (!can.some((mode) => mode === stream.write)) {
    throw new DtegError("usage", `this version cannot ${stream.write} into ${label}; it can ${can.join(" or ")}`, {
      hint: "a folder (its path ends with /) takes append, a DuckDB file takes append and merge",
    });
  }
  if (limit !== undefined && (stream.write === "append" || stream.write === "scd2") && label !== "-") {
    throw new DtegError("stream.limit", `--limit with ${stream.write} would leave stream ${stream.name} half loaded`, {
      hint: "leave --limit out, or use --write replace",
    });
  }
}

/** `stream.not_found` with the nearest name of those that there are. */
export async function withNearest(
  error: DtegError,
  { source, wanted }: { readonly source: Source; readonly wanted: string },
): Promise<DtegError> {
  if (error.code !== "stream.not_found" || error.hint) return error;
  const found = new Set<string>();
  const list = (name: TableName) => {
    found.add(formatName(name));
    return false; // the names are enough
  };
  for await (const { name } of source.discover(list)) list(name);
  const names = [...found];
  const words = [...names, ...names.map((name) => parseName(name).name)];
  const close = nearest(wanted, words) ?? nearest(parseName(wanted).name, words);
  const near = names.find((name) => name === close) ?? names.find((name) => parseName(name).name === close);
  const some = names.slice(0, 8).join(", ");
  const all = names.length > 8 ? `${some} and ${names.length - 8} more` : some;
  return error.with({
    hint: near ? `did you mean ${near}?` : names.length ? `there are ${all}` : "the source has no streams",
  });
}
