import { DtegError, formatName, parseName, type Source, type TableName } from "../../../sdk/mod.ts";
import { nearest } from "../../config/nearest.ts";
import type { Pipeline } from "../../config/pipeline.ts";
import { makeHost } from "../host.ts";
import type { RunContext } from "../run_context.ts";
import type { NamedStream, StreamJob } from "../stream_job.ts";

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
  await source.check();
  await destination.check();
  const streams = await namedStreams(pipeline, source);
  if (streams.length === 0) throw new DtegError("stream.none", `${pipeline.source.label} has no stream to load`);
  const jobs = streams.map((stream) => {
    const name = parseName(stream.name);
    const table = destination.place(name, stream.into === undefined ? undefined : intoName(stream.into, name));
    return { pipeline, stream, name: stream.name, table, target: destination.label(table) };
  });
  jobs.forEach((job, index) => {
    const other = jobs.findIndex(({ target }) => target === job.target);
    if (other === index) return;
    throw new DtegError("stream.same_target", `streams ${jobs[other].name} and ${job.name} both go to ${job.target}`, {
      hint: "give one of them another `into`, or end the destination's path with / to make it a folder",
    });
  });
  jobs.forEach(({ stream }) =>
    checkWrite(stream, { can: destination.can.writes, label: pipeline.destination.label, limit: context.limit })
  );
  return jobs;
}

async function namedStreams({ streams }: Pipeline, source: Source): Promise<readonly NamedStream[]> {
  const named: NamedStream[] = [];
  for (const stream of streams) {
    if (stream.name !== null) named.push({ ...stream, name: stream.name });
    else for await (const { name } of source.discover()) named.push({ ...stream, name: formatName(name) });
  }
  return named;
}

function intoName(into: string, { schema, name }: TableName): TableName {
  const fill: Readonly<Record<string, string | undefined>> = { schema: schema ?? "", table: name, name };
  return parseName(into.replace(/\{(schema|table|name)\}/g, (_, word: string) => fill[word] ?? ""));
}

function checkWrite(
  stream: NamedStream,
  { can, label, limit }: { can: readonly string[]; label: string; limit?: number },
): void {
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
  const names: string[] = [];
  for await (const { name } of source.discover()) if (names.push(formatName(name)) >= 10_000) break;
  const near = nearest(wanted, [...names, ...names.map((name) => parseName(name).name)]);
  const some = names.slice(0, 8).join(", ");
  const all = names.length > 8 ? `${some} and ${names.length - 8} more` : some;
  return error.with({
    hint: near ? `did you mean ${near}?` : names.length ? `there are ${all}` : "the source has no streams",
  });
}
