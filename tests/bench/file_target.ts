import { checksumOf, type Orders } from "./orders.ts";
import { sameSum, type Tool } from "./turns.ts";

/** A file for each tool, that a load makes. */
export interface FileTarget {
  path(tool: Tool): string;
  /** Removes what an earlier round made, and what stands beside it. */
  clear(tool: Tool): Promise<void>;
  /** Throws when the file does not hold all orders exactly. */
  check(tool: Tool): Promise<void>;
}

/** Files with names that begin so; `table` is where the orders are in one of DuckDB. */
export function fileTarget(
  begin: string,
  { suffix, table, folder, orders }: {
    readonly suffix: "parquet" | "duckdb";
    readonly table: string;
    readonly folder: string;
    readonly orders: Orders;
  },
): FileTarget {
  const name = (tool: Tool) => `${begin}_${tool}.${suffix}`;
  const path = (tool: Tool) => `${folder}/${name(tool)}`;
  return {
    path,
    async clear(tool) {
      for (const old of [path(tool), `${path(tool)}.wal`, `${folder}/.${name(tool)}.dteg.json`]) {
        await Deno.remove(old, { recursive: true }).catch((error) => {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        });
      }
    },
    async check(tool) {
      if (tool === "floor") return; // it throws its output away
      const found = suffix === "parquet"
        ? await checksumOf(
          `read_parquet('${path(tool)}${tool === "dlt" ? `/${table.replace(".", "/")}/*.parquet` : ""}')`,
        )
        : await checksumOf(`made.${table}`, { attach: path(tool) });
      sameSum(found, { wanted: orders.checksum, where: path(tool) });
    },
  };
}
