import type { TProperties, TSchema } from "@sinclair/typebox";
import type { Connector } from "../../../sdk/mod.ts";

/** What configuration needs to know of a connector. The registry hands it in. */
export type KnownConnector = Pick<
  Connector,
  "name" | "summary" | "schemes" | "config" | "stream" | "source" | "destination"
>;

/** The connector of a name or URL scheme. */
export function connectorOf(connectors: readonly KnownConnector[], word: string): KnownConnector | undefined {
  return connectors.find(({ name }) => name === word) ?? connectors.find(({ schemes }) => schemes.includes(word));
}

/** Every word that `use` may be. */
export function connectorWords(connectors: readonly KnownConnector[]): string[] {
  return [...new Set(connectors.flatMap(({ name, schemes }) => [name, ...schemes]))];
}

/** The properties of a schema of a mapping; none of any other. */
export function propertiesOf(schema: TSchema | undefined): TProperties {
  return schema?.properties ?? {};
}
