import { type Destination, DtegError, formatName, parseName, type TableName } from "../../../sdk/mod.ts";
import type { NamedStream } from "../stream_job.ts";
import { ruledName } from "./name_rule.ts";
import { fitName, type NameLimits, targetNames } from "./names.ts";

/** A stream and the table that it would go to. */
interface Aim {
  readonly stream: NamedStream;
  readonly table: TableName;
  /** It loaded the table of that name before. */
  readonly owns: boolean;
  /** Another stream did, whose name becomes the same. */
  readonly isTaken: boolean;
}

/**
 * Where each stream of a pipeline goes, in their order. Of tables whose names the target takes for the same, though their streams
 * differ, the one that was loaded before keeps the name, else the first; the others get names of their own. Where the pipeline says
 * the name with `into`, it stays.
 */
export async function targetTables(
  streams: readonly NamedStream[],
  { destination, pipeline }: { readonly destination: Destination; readonly pipeline: string },
): Promise<readonly TableName[]> {
  const aims: Aim[] = [];
  for (const stream of streams) aims.push(await aimOf(stream, { destination, pipeline }));
  const fold = folding(destination.can);
  const groups = Map.groupBy(aims, ({ table: { catalog, schema } }) => fold(JSON.stringify([catalog, schema])));
  const tables = new Map([...groups.values()].flatMap((group) => [...distinctNames(group, destination.can)]));
  return aims.map((aim) => ({ ...aim.table, name: tables.get(aim) ?? aim.table.name }));
}

const folding = ({ foldsCase }: NameLimits) => (name: string) => foldsCase ? name.toLowerCase() : name;

async function aimOf(
  stream: NamedStream,
  { destination, pipeline }: { readonly destination: Destination; readonly pipeline: string },
): Promise<Aim> {
  const { name, into, names } = stream;
  const { can } = destination;
  const ruled = ruledTable(parseName(name), names);
  const table = destination.place(ruled, into === undefined ? undefined : intoName(into, ruled));
  if (into !== undefined || !(can.foldsCase || can.unfit || (names ?? "keep") !== "keep")) {
    return { stream, table, owns: false, isTaken: false };
  }
  const state = await destination.state.read({ ...table, name: fitName(table.name, can) });
  const owner = state?.pipeline === pipeline ? state.stream : undefined;
  const textOf = (one: TableName) => folding(can)(fitName(formatName(ruledTable(one, names)), can));
  const isSame = owner !== undefined && textOf(parseName(owner)) === textOf(parseName(name));
  return { stream, table, owns: owner === name, isTaken: isSame && owner !== name };
}

/** The name that the pipeline's rule makes of a stream's. */
export function ruledTable(table: TableName, names: NamedStream["names"]): TableName {
  const { schema, name } = table;
  return { ...table, ...(schema !== undefined && { schema: ruledName(schema, names) }), name: ruledName(name, names) };
}

function distinctNames(group: readonly Aim[], limits: NameLimits): ReadonlyMap<Aim, string> {
  const given = group.filter(({ stream: { into } }) => into !== undefined);
  const rest = group.filter(({ stream: { into } }) => into === undefined).toSorted((a, b) => +b.owns - +a.owns);
  const isOwned = (name: string) =>
    rest.some(({ owns, table }) => owns && folding(limits)(table.name) === folding(limits)(name));
  const taken = rest.filter(({ isTaken, table }) => isTaken && !isOwned(table.name)).map(({ table }) => table.name);
  const said = [...new Set([...given.map(({ table }) => table.name), ...taken])]; // equal ones are told as such
  const wishes = rest.map(({ table, stream }) => ({ name: table.name, source: formatName(parseName(stream.name)) }));
  const names = targetNames([...said, ...wishes], limits);
  return new Map([
    ...given.map((aim) => [aim, names[said.indexOf(aim.table.name)]] as const),
    ...rest.map((aim, index) => [aim, names[said.length + index]] as const),
  ]);
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
      const message = `"into" is ${JSON.stringify(into)}, and stream ${formatName(stream)} has no ${word}`;
      throw new DtegError("target.name", message, { hint: "leave {schema} out: its source has no schemas" });
    });
  const { catalog, schema, name } = parseName(into);
  return {
    ...(catalog !== undefined && { catalog: filled(catalog) }),
    ...(schema !== undefined && { schema: filled(schema) }),
    name: filled(name),
  };
}
