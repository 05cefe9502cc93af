import { type Destination, DtegError, type Source } from "../../../sdk/mod.ts";
import type { End } from "../../config/pipeline.ts";
import { type LentHost, makeHost } from "../host.ts";
import type { RunContext } from "../run_context.ts";
import { tunnelsOf } from "../tunnels.ts";

/** A source that is open, with the host that it was lent. */
export interface OpenSource extends AsyncDisposable {
  readonly source: Source;
  readonly host: LentHost;
}

/** A destination that is open, with the host that it was lent. */
export interface OpenDestination extends AsyncDisposable {
  readonly destination: Destination;
  readonly host: LentHost;
}

/** Opens an end to be read from. */
export async function openSource(
  end: End,
  context: RunContext,
  { beside }: { readonly beside?: LentHost } = {},
): Promise<OpenSource> {
  const connector = context.connectorOf(end);
  if (!connector.source) throw new DtegError("connector.no_source", `${connector.name} cannot be read from`);
  const { config } = await tunnelsOf(context).through(end);
  const host = await makeHost(context, { pipeline: end.label, end, session: beside?.duckdb });
  const source = connector.source(config, host);
  return { source, host, [Symbol.asyncDispose]: () => letGo(source, host) };
}

/** Opens an end to be written to; nothing is written by that. */
export async function openDestination(
  end: End,
  context: RunContext,
  { beside }: { readonly beside?: LentHost } = {},
): Promise<OpenDestination> {
  const connector = context.connectorOf(end);
  if (!connector.destination) {
    throw new DtegError("connector.no_destination", `${connector.name} cannot be written to`);
  }
  const { config } = await tunnelsOf(context).through(end);
  const host = await makeHost(context, { pipeline: end.label, end, session: beside?.duckdb });
  const destination = connector.destination(config, host);
  return { destination, host, [Symbol.asyncDispose]: () => letGo(destination, host) };
}

async function letGo(end: AsyncDisposable, host: LentHost): Promise<void> {
  await end[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
}
