import { deepEqual } from "node:assert/strict";
import { connectionsSchema, type JsonSchema, pipelineSchema, projectSchema } from "../../runtime/config/mod.ts";
import { CONNECTORS } from "./fake_connectors.ts";

const ALL: readonly JsonSchema[] = [
  pipelineSchema(CONNECTORS),
  projectSchema(CONNECTORS),
  connectionsSchema(CONNECTORS),
];

/** The keys that a schema has, each with what stands under it. */
function* keysOf(schema: unknown): Generator<[key: string, schema: object]> {
  if (typeof schema !== "object" || schema === null) return;
  if ("properties" in schema && schema.properties) yield* Object.entries(schema.properties);
  for (const inner of Object.values(schema)) yield* keysOf(inner);
}

Deno.test("every key of our files is described", () => {
  const names = new Set(["host", "port", "user", "password", "database", "format"]); // of the fake connectors
  const bare = ALL.flatMap((schema) => [...keysOf(schema)]).filter(([key, schema]) =>
    !("description" in schema) && !names.has(key)
  );
  deepEqual(bare.map(([key]) => key), []);
});

Deno.test("what a later version builds is not in the schema", () => {
  const keys = new Set(ALL.flatMap((schema) => [...keysOf(schema)]).map(([key]) => key));
  deepEqual(
    ["models", "checks", "schedule", "partition_by"].filter((key) => keys.has(key)),
    [],
  );
});

Deno.test("connectors' settings stand in streams and ends, and a template may stand for a number", () => {
  const keys = [...keysOf(ALL[0])].map(([key]) => key);
  deepEqual(["delimiter", "skip", "url", "use", "connection"].filter((key) => !keys.includes(key)), []);
  const [, threads] = [...keysOf(projectSchema(CONNECTORS))].find(([key]) => key === "threads") ?? [];
  deepEqual(threads, {
    anyOf: [{ type: "integer", minimum: 1 }, { type: "string", pattern: "^\\$\\{.*\\}$" }],
    description: "Readers of the whole run, and DuckDB's threads.",
  });
});
