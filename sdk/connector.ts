import type { TSchema } from "@sinclair/typebox";
import type { Destination } from "./destination.ts";
import type { Host } from "./host.ts";
import type { Source } from "./source.ts";

/** An example of a connector's settings, as YAML; docs print it and a test validates it. */
export interface ConnectorExample {
  readonly title: string;
  readonly config: string;
}

/** A kind of system that can be read from or written to. */
export interface Connector<C = unknown> {
  readonly name: string;
  readonly summary: string;
  /** JSON Schema of its settings. */
  readonly config: TSchema;
  /** JSON Schema of what a stream may set for this connector. */
  readonly stream?: TSchema;
  readonly examples: readonly ConnectorExample[];
  /** URL schemes that mean this connector, without `://`. */
  readonly schemes: readonly string[];
  source?(config: C, host: Host): Source;
  destination?(config: C, host: Host): Destination;
}

/**
 * Makes a connector of its parts. `C` is the type of its settings, as `Static<typeof config>` gives it.
 *
 * @example
 * ```ts
 * import { Type } from "@sinclair/typebox";
 * import { defineConnector } from "./connector.ts";
 * const none = defineConnector<{ url: string }>({
 *   name: "none", summary: "nothing", config: Type.Object({ url: Type.String() }), examples: [], schemes: ["none"],
 * });
 * console.log(none.name); // none
 * ```
 */
export function defineConnector<C>(connector: Connector<C>): Connector<C> {
  return connector;
}
