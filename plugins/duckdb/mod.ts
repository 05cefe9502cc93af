import { type Static, Type } from "@sinclair/typebox";
import { defineConnector } from "../../sdk/mod.ts";
import { duckdbDestination } from "./write/destination.ts";
import { duckdbSource } from "./source.ts";

const config = Type.Object({
  path: Type.String({
    minLength: 1,
    description: "The database file. As destination it is made when it is not there.",
  }),
}, { additionalProperties: false });

/** Settings of the connector. */
export type DuckdbConfig = Static<typeof config>;

/** DuckDB database files, both ways. */
export const duckdbConnector = defineConnector<DuckdbConfig>({
  name: "duckdb",
  summary: "DuckDB database files",
  config,
  schemes: ["duckdb"],
  examples: [{ title: "A database file", config: "path: warehouse.duckdb" }],
  source: (settings, host) => duckdbSource(settings, host),
  destination: (settings, host) => duckdbDestination(settings, host),
});
