import { resolve } from "node:path";
import type { DtegError } from "../../../sdk/mod.ts";
import type { Environment } from "../environment.ts";
import { SSH_SCHEMA } from "../form/ssh_schema.ts";
import { validate } from "../form/validate.ts";
import { type KnownConnector, propertiesOf } from "../form/known_connector.ts";
import { coerce } from "../form/coerce.ts";
import type { SshSettings } from "../pipeline.ts";
import type { Expanded } from "../resolve/expand.ts";
import { subtree } from "../tree/subtree.ts";
import { isMap, type Plain } from "../tree/tree.ts";

/** Where `ssh` of an end stands. */
export interface SshPlace {
  readonly source: Expanded;
  /** Of the value of `ssh`. */
  readonly pointer: string;
  /** Folder that relative paths start at. */
  readonly folder: string;
  readonly environment: Environment;
}

/** Whether a connector connects to a server by host and port, so that a tunnel can stand between. */
export function canTunnel({ config }: KnownConnector): boolean {
  const known = propertiesOf(config);
  return "host" in known && "port" in known;
}

/** The settings of `ssh`, or what is wrong with them. */
export function sshSettings(
  { source, pointer, folder, environment }: SshPlace,
): { readonly ssh?: SshSettings; readonly errors: readonly DtegError[] } {
  const below = (pointers: ReadonlySet<string>) =>
    new Set([...pointers].filter((at) => at.startsWith(pointer)).map((at) => at.slice(pointer.length)));
  const part = subtree(source.tree, pointer);
  const tree = { ...part, root: coerce(SSH_SCHEMA, part.root, { pointers: below(source.whole) }) };
  const hollow = below(source.hollow);
  const errors = validate(SSH_SCHEMA, tree, { ignore: hollow, code: "connector.config" });
  if (errors.length > 0 || hollow.size > 0 || !isMap(tree.root)) return { errors };
  const { root } = tree;
  const { env } = environment;
  const word = (value: Plain | undefined) => typeof value === "string" ? value : undefined;
  const path = (value: Plain | undefined) => {
    const written = word(value);
    return written?.startsWith("~/") ? `${env.HOME ?? ""}${written.slice(1)}` : written && resolve(folder, written);
  };
  const user = word(root.user) ?? env.USER ?? env.LOGNAME ?? "root";
  const key = path(root.key), password = word(root.password), knownHosts = path(root.known_hosts);
  const home = env.HOME ? `${env.HOME}/.ssh` : undefined;
  const bare = key === undefined && password === undefined;
  return {
    errors,
    ssh: {
      host: word(root.host) ?? "",
      port: typeof root.port === "number" ? root.port : 22,
      user,
      keys: key ? [key] : bare && home && !env.SSH_AUTH_SOCK ? [`${home}/id_ed25519`, `${home}/id_rsa`] : [],
      ...(bare && env.SSH_AUTH_SOCK && { agent: env.SSH_AUTH_SOCK }),
      ...(root.passphrase !== undefined && { passphrase: word(root.passphrase) }),
      ...(password !== undefined && { password }),
      knownHosts: knownHosts ? [knownHosts] : [...(home ? [`${home}/known_hosts`] : []), "/etc/ssh/ssh_known_hosts"],
      ...(root.host_key !== undefined && { hostKey: word(root.host_key) }),
    },
  };
}
