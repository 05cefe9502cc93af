import { quoteText } from "../../../sdk/mod.ts";
import { defaultLimits } from "../../engine/limits.ts";
import { newRunId } from "../../store/run_id.ts";
import type { App } from "../app.ts";
import { tempParent } from "../data/run_limits.ts";
import { formatBytes, formatCountOf } from "../view/numbers.ts";
import { badOf, type Finding, look, ok, warn } from "./finding.ts";

const LITTLE_MEMORY = 64e6;
const SPILLED_ROWS = 2_000_000;

/** Loads DuckDB; deep: its extension, a sort that spills, and a Parquet file that is written and read. */
export async function lookAtDuckDB(app: App, { deep }: { readonly deep: boolean }): Promise<readonly Finding[]> {
  try {
    const { makeRunFolder } = await import("../../engine/run_folder.ts");
    const { openStage } = await import("../../engine/move/session.ts");
    await using folder = await makeRunFolder(tempParent(app), newRunId());
    const { path: tempDir } = folder;
    const threads = Math.min(2, defaultLimits().threads);
    await using stage = await openStage({ memory: LITTLE_MEMORY, threads, tempDir, signal: app.signal });
    await using session = await stage.open();
    const [{ version }] = await session.all("SELECT version() AS version");
    const loaded = ok("DuckDB", `${version} loads`);
    if (!deep) return [loaded];
    return [
      loaded,
      await look("DuckDB's postgres extension", async () => {
        await session.load("postgres_scanner");
        return ok("DuckDB's postgres extension", "loads");
      }),
      await look("spilling to disk", async () => {
        await session.run(
          `CREATE TABLE many AS SELECT md5(range::VARCHAR) AS text FROM range(${SPILLED_ROWS}) ORDER BY text`,
        );
        const [{ bytes }] = await session.all(
          "SELECT coalesce(sum(size), 0)::BIGINT AS bytes FROM duckdb_temporary_files()",
        );
        return Number(bytes) > 0
          ? ok(
            "spilling to disk",
            `a sort of ${formatCountOf(SPILLED_ROWS, "row")} in ${formatBytes(LITTLE_MEMORY)} went to ${
              tempParent(app)
            }`,
          )
          : warn("spilling to disk", {
            found: "a sort larger than its memory wrote nothing to disk",
            mend: "report it with the output of `dteg doctor --json`",
          });
      }),
      await look("Parquet", async () => {
        const file = quoteText(`${tempDir}/probe.parquet`);
        await session.run(`COPY (FROM range(1000)) TO ${file} (FORMAT parquet, COMPRESSION zstd)`);
        const [{ rows }] = await session.all(`SELECT count(*) AS rows FROM read_parquet(${file})`);
        if (String(rows) !== "1000") throw new Error(`1000 rows were written and ${rows} read`);
        return ok("Parquet", "1,000 rows written and read back");
      }),
    ];
  } catch (error) {
    app.signal.throwIfAborted();
    return [badOf("DuckDB", error)];
  }
}
