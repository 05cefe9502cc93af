import { declaredConnections, describeConnection } from "../../config/mod.ts";
import type { App } from "../app.ts";
import type { Input, Outcome } from "../command.ts";
import { connectionPlace } from "../inspect/declared_place.ts";
import { formatCountOf } from "../view/numbers.ts";
import { printTable } from "../view/table.ts";
import { visibleText } from "../view/visible_text.ts";
import { loadOptions } from "./load_options.ts";

/** `dteg connection list`. */
export async function listConnections(app: App, input: Input): Promise<Outcome> {
  const options = await loadOptions(app, input);
  const { environment, connectors } = options;
  const chosen = environment.overlay?.name;
  const found = declaredConnections(environment, connectors).map((one) => ({
    name: one.name,
    ...describeConnection(one, options),
    from: one.from,
    environment: one.from === "environment" ? chosen ?? null : null,
    ...connectionPlace(one),
  }));
  const { out, outIsTty, width } = app.terminal;
  const rows = found.map(({ name, connector, url, from, path, line, environment }) => [
    name,
    connector ?? "?",
    url,
    from === "variable"
      ? "a variable"
      : `${path}${line === null ? "" : `:${line}`}${environment ? ` (${environment})` : ""}`,
  ]);
  const heads = ["name", "connector", "where", "declared in"].map((name) => ({ name }));
  const head = chosen === undefined ? "" : `${out.dim("environment")} ${out.bold(visibleText(chosen))}\n`;
  return {
    summary: formatCountOf(found.length, "connection"),
    result: { ...(chosen !== undefined && { environment: chosen }), connections: found },
    ...(found.length > 0
      ? { output: head + printTable(heads, rows, { style: out, ...(outIsTty && { width }) }) }
      : { text: "there are no connections: `dteg connection add NAME URL` declares one" }),
  };
}
