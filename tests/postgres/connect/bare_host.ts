import type { Host } from "../../../sdk/mod.ts";

/** A host of a stream, with nothing of an engine. */
export function bareHost(warnings: string[] = []): Host {
  const shared = new Map<string, object>();
  return {
    log: { debug: () => {}, info: () => {}, warn: (text) => void warnings.push(text) },
    signal: new AbortController().signal,
    tempDir: "/tmp",
    run: "r1",
    folder: Deno.cwd(),
    shared: <T extends object>(name: string, make: () => T) => {
      if (!shared.has(name)) shared.set(name, make());
      return shared.get(name) as T;
    },
    duckdb: () => Promise.reject(new Error("a check needs no DuckDB")),
  };
}
