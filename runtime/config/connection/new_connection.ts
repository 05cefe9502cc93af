import { DtegError, nearest } from "../../../sdk/mod.ts";
import { connectorOf, type KnownConnector, propertiesOf } from "../form/known_connector.ts";
import { connectorOfPath } from "../resolve/locate.ts";
import { isSecretName } from "../secrets.ts";
import { formatUrl, parseUrl, schemeOf } from "../url.ts";
import type { NewEntry } from "./written.ts";

/** A connection to be declared, with its secrets apart. */
export interface NewConnection {
  readonly connector: KnownConnector;
  /** A URL or path without secrets. */
  readonly url?: string;
  readonly settings: Readonly<Record<string, string | number>>;
  /** Values of settings that no file may hold, by the setting. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A connection by URL or path. Its password and other secrets are taken out; one that is a reference stays where it is. */
export function connectionOfUrl(text: string, connectors: readonly KnownConnector[]): NewConnection {
  const scheme = schemeOf(text);
  const connector = connectorOf(connectors, scheme ?? connectorOfPath(text));
  if (!connector) {
    const words = connectors.flatMap(({ schemes }) => schemes);
    const near = nearest(scheme ?? "", words);
    throw new DtegError("usage", `there is no connector for ${scheme}://`, {
      hint: near ? `did you mean ${near}://?` : `this version has ${words.map((word) => `${word}://`).join(" ")}`,
    });
  }
  const plain = { connector, url: text, settings: {}, secrets: {} };
  if (!scheme || text.includes("${")) return plain;
  const parts = parseUrl(text);
  const options = Object.entries(parts.options);
  const hidden = options.filter(([name]) => isSecretName(name) && name in propertiesOf(connector.config));
  const secrets = { ...(parts.password && { password: parts.password }), ...Object.fromEntries(hidden) };
  if (Object.keys(secrets).length === 0) return plain;
  const open = Object.fromEntries(options.filter(([name]) => !(name in secrets)));
  return { connector, url: formatUrl({ ...parts, password: undefined, options: open }), settings: {}, secrets };
}

/** What is written into the file; `reference` is what stands for a secret setting there. */
export function entryValue(
  { connector, url, settings, secrets }: NewConnection,
  reference: (setting: string) => string,
): NewEntry["value"] {
  const hidden = Object.fromEntries(Object.keys(secrets).map((key) => [key, reference(key)]));
  if (url !== undefined && Object.keys({ ...hidden, ...settings }).length === 0) return url;
  return { use: connector.name, ...(url !== undefined && { url }), ...settings, ...hidden };
}
