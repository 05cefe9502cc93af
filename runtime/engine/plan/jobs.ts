import { type Destination, DtegError, formatName, parseName, type Source, type TableName } from "../../../sdk/mod.ts";
import { unfitKey } from "../../config/form/unfit_key.ts";
import { nearest } from "../../config/nearest.ts";
import type { Pipeline } from "../../config/pipeline.ts";
import { makeHost } from "../host.ts";
import { usableThreads } from "../limits.ts";
import type { RunContext } from "../run_context.ts";
import type { NamedStream, StreamJob } from "../stream_job.ts";
import { type NameLimits, targetNames } from "./names.ts";
import { pickStreams } from "./pick_streams.ts";

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
  const streams = await pickStreams(pipeline, { source, log: host.log });
  if (streams.length === 0) throw new DtegError("stream.none", `${pipeline.source.label} has no stream to load`);
  const tables = distinctTables(streams.map((stream) => placeOf(stream, destination)), destination.can);
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
    checkWrite(stream, { can: destination.can.writes, label: pipeline.destination.label, limit: context.limit })
  );
  return jobs;
}

function placeOf({ name, into }: NamedStream, destination: Destination): TableName {
  const stream = parseName(name);
  return destination.place(stream, into === undefined ? undefined : intoName(into, stream));
}

/** Of tables whose names the target takes for the same, though they differ, the later get names of their own. */
function distinctTables(tables: readonly TableName[], { foldsCase, nameBytes }: NameLimits): readonly TableName[] {
  const schemas = Map.groupBy(tables, ({ catalog, schema }) => JSON.stringify([catalog, schema]).toLowerCase());
  const renamed = [...schemas.values()].flatMap((group) => {
    const names = [...new Set(group.map(({ name }) => name))]; // equal ones are told as such
    const chosen = targetNames(names, { foldsCase, nameBytes });
    const place = new Map(names.map((name, index) => [name, chosen[index]]));
    return group.map((table) => [table, { ...table, name: place.get(table.name) ?? table.name }] as const);
  });
  const nameOf = new Map(renamed);
  return tables.map((table) => nameOf.get(table) ?? table);
}

/** The target's name with what its {schema}, {table} and {name} are for a stream. */
function intoName(into: string, stream: TableName): TableName {
  const fill: Readonly<Record<string, string | undefined>> = {
    schema: stream.schema,
    table: stream.name,
    name: stream.name,
  };
  const filled = (part: string) =>
    part.replace(/\{(schema|table|name)\}/g, (_, word: string) => {
      const value = fill[word];
      if (value !== undefined) return value;
      throw new DtegError(
        "target.name",
        `"into" is ${JSON.stringify(into)}, and stream ${formatName(stream)} has no ${word}`,
        {
          hint: "leave {schema} out: its source has no schemas",
        },
      );
    });
  const { catalog, schema, name } = parseName(into);
  return {
    ...(catalog !== undefined && { catalog: filled(catalog) }),
    ...(schema !== undefined && { schema: filled(schema) }),
    name: filled(name),
  };
}

function checkWrite(
  stream: NamedStream,
  { can, label, limit }: { can: readonly string[]; label: string; limit?: number },
): void {
  const unfit = stream.write === "merge" ? unfitKey(stream) : undefined;
  if (unfit) {
    throw new DtegError(unfit.fault.code, unfit.fault.message, { column: unfit.column, hint: unfit.fault.hint });
  }
  if (!can.includes(stream.write)) {
    throw new DtegError("usage", `this version cannot ${stream.write} into ${label}; it can ${can.join(" or ")}`, {
      hint: "a folder (its path ends with /) takes append, a DuckDB file takes append and merge",
    });
  }
  if (limit !== undefined && stream.write === "append" && label !== "-") {
    throw new DtegError("stream.limit", `--limit with append would leave stream ${stream.name} half loaded`, {
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
  const close = nearest(wanted, [...names, ...names.map((name) => parseName(name).name)]);
  const near = names.find((name) => name === close) ?? names.find((name) => parseName(name).name === close);
  const some = names.slice(0, 8).join(", ");
  const all = names.length > 8 ? `${some} and ${names.length - 8} more` : some;
  return error.with({
    hint: near ? `did you mean ${near}?` : names.length ? `there are ${all}` : "the source has no streams",
  });
}
