import { DtegError } from "../../sdk/mod.ts";
import type { Connector } from "../../sdk/mod.ts";
import { parseUrl } from "../config/url.ts";
import type { End, Pipeline, SshSettings } from "../config/pipeline.ts";
import { knownKeys } from "../net/known_hosts.ts";
import type { Address, SshServer, Tunnel } from "../net/ssh_tunnel.ts";
import type { RunContext } from "./run_context.ts";

/** Ends as they are reached through their SSH servers. Disposed, the tunnels are closed. */
export interface Tunnels extends AsyncDisposable {
  /** The end itself, or where it has `ssh` the same at the near side of its tunnel, which is opened at the first call. */
  through(end: End): Promise<End>;
}

/** The tunnels of a run: one for each target. */
export function tunnelsOf(
  { shared, signal, connectorOf }: Pick<RunContext, "shared" | "signal" | "connectorOf">,
): Tunnels {
  return shared.get("ssh tunnels", () => makeTunnels({ signal, connectorOf }));
}

function makeTunnels({ signal, connectorOf }: Pick<RunContext, "signal" | "connectorOf">): Tunnels {
  const tunnels = new Map<string, Promise<Tunnel>>();
  return {
    async through(end) {
      const { ssh, ...rest } = end;
      if (!ssh) return end;
      const target = targetOf(end, connectorOf(end));
      const name = JSON.stringify([ssh, target]);
      const tunnel = tunnels.get(name) ?? open(ssh, { target, signal });
      tunnels.set(name, tunnel);
      const { host, port } = await tunnel.catch((error) => {
        tunnels.delete(name); // the next attempt begins anew
        throw error;
      });
      return { ...rest, config: { ...(end.config as object), host, port } };
    },
    async [Symbol.asyncDispose]() {
      for (const tunnel of tunnels.values()) {
        await (await tunnel.catch(() => undefined))?.[Symbol.asyncDispose](); // its failure has been told
      }
    },
  };
}

/** The pipeline with its ends as they are reached. */
export async function throughTunnels(pipeline: Pipeline, tunnels: Tunnels): Promise<Pipeline> {
  const { source, destination } = pipeline;
  if (!source.ssh && !destination.ssh) return pipeline;
  return { ...pipeline, source: await tunnels.through(source), destination: await tunnels.through(destination) };
}

async function open(
  ssh: SshSettings,
  options: { readonly target: Address; readonly signal: AbortSignal },
): Promise<Tunnel> {
  const { keys, knownHosts, ...login } = ssh;
  const key = (await texts(keys))[0];
  const known = (await texts(knownHosts)).flatMap((text) => knownKeys(text, ssh));
  if (keys.length > 0 && key === undefined) {
    throw new DtegError("file.not_found", `there is no SSH key ${keys.join(" or ")}`, {
      hint: "name its file: ssh: { key: … }",
    });
  }
  const server: SshServer = { ...login, known, ...(key !== undefined && { key }) };
  const { openTunnel } = await import("../net/ssh_tunnel.ts");
  return await openTunnel(server, options);
}

/** The texts of those files that are there. */
async function texts(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    try {
      found.push(await Deno.readTextFile(path));
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) continue;
      throw new DtegError("file.permission", `cannot read ${JSON.stringify(path)}: ${DtegError.from(cause).message}`, {
        cause,
      });
    }
  }
  return found;
}

/** The server behind the tunnel: of single settings, else of the URL. */
function targetOf({ config, label }: End, connector: Connector): Address {
  const { url, host, port } = config as { readonly url?: string; readonly host?: string; readonly port?: number };
  const parts = url === undefined ? undefined : parseUrl(url);
  const target = host ?? parts?.host ?? "localhost";
  if (target.includes(",") || target.startsWith("/")) {
    throw new DtegError(
      "connector.config",
      `${label}: an SSH tunnel leads to one host, not to ${JSON.stringify(target)}`,
      {
        hint: "name one host",
      },
    );
  }
  return { host: target, port: port ?? parts?.port ?? connector.config.properties?.port?.default ?? 5432 };
}
