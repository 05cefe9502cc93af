import type { DuckDBConnection } from "./duckdb_api.ts";

/** DuckDB's API as it was loaded. */
export type DuckApi = typeof import("./duckdb_api.ts");

/** Gives SQL a function of ours. DuckDB calls it with some 2,000 values at a time. */
export function registerText(
  connection: DuckDBConnection,
  { api: { DuckDBScalarFunction, VARCHAR }, name, make }: {
    readonly api: DuckApi;
    readonly name: string;
    readonly make: (text: string) => string;
  },
): void {
  connection.registerScalarFunction(DuckDBScalarFunction.create({
    name,
    parameterTypes: [VARCHAR],
    returnType: VARCHAR,
    mainFunction(_info, input, output) {
      const texts = input.getColumnVector(0);
      for (let row = 0; row < input.rowCount; row++) {
        const text = texts.getItem(row);
        output.setItem(row, typeof text === "string" ? make(text) : null);
      }
      output.flush();
    },
  }));
}
