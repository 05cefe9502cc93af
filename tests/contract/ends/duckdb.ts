import { formatName, quoteName } from "../../../sdk/mod.ts";
import type { Client } from "./client.ts";
import type { Bench, Content, Plug } from "./plug.ts";

/** A type in one spelling. */
const plain = (type: string) =>
  type.replace(/\bTIME(STAMP)?TZ\b/g, "TIME$1 WITH TIME ZONE").replace(/"(\w+)" /g, "$1 ");

/** Files of DuckDB, by its client for Python. */
export function duckdbPlug({ folder }: Bench, client: Client): Plug {
  return {
    end: "duckdb",
    source: { use: "duckdb", config: { path: `${folder}/source.duckdb` } },
    async fill(lanes) {
      const statements = lanes.map(({ name, values }) => {
        const list = values.map(({ id, from }) => `CAST(${from.duckdb!.value} AS ${from.duckdb!.type}) AS "${id}"`);
        return `CREATE TABLE "${name}" AS SELECT 0::BIGINT AS id, ${list.join(", ")}`;
      });
      const nulls = lanes.map(({ name }) => `INSERT INTO "${name}" (id) VALUES (1)`);
      await client.call("make_duckdb", { path: `${folder}/source.duckdb`, statements: [...statements, ...nulls] });
      return lanes.map(({ name }) => ({ name }));
    },
    destination: (source) => ({ use: "duckdb", config: { path: `${folder}/from_${source}.duckdb` } }),
    into: (_, stream) => formatName({ name: stream }),
    read: (source, stream) =>
      client.call<Content>("read_duckdb", { path: `${folder}/from_${source}.duckdb`, table: quoteName(stream) }),
    form: (kind, text) =>
      kind.startsWith("decimal") ? text.replace(/^(-?)\./, "$10.") : text.replace(/^([\d-]+) \(BC\)(.*)$/, "$1$2 BC"),
    isNative: (type, planned) => plain(type) === plain(planned),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
