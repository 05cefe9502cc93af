import type { Host } from "../../../sdk/mod.ts";
import type { PostgresConfig } from "../mod.ts";
import { type Parameters, parametersOf } from "../parameters.ts";

/** The parameters of a connection for an end: paths start at its folder, and what was passed over is told. */
export function parametersFor(config: PostgresConfig, { folder, log }: Host): Parameters {
  const parameters = parametersOf(config, { folder });
  if (parameters.passwordFault) log.warn(parameters.passwordFault);
  return parameters;
}
