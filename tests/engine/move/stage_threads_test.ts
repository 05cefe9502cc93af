import { deepEqual, equal } from "node:assert/strict";
import { openStage } from "../../../runtime/engine/move/session.ts";

const THREADS = "SELECT current_setting('threads')::varchar AS n";

Deno.test("a statement whose rows one thread reads has one thread, and all others have all", async () => {
  const tempDir = await Deno.makeTempDir();
  const { signal } = new AbortController();
  await using stage = await openStage({ memory: 200e6, threads: 3, tempDir, signal });
  await using one = await stage.open();
  await using other = await stage.open();
  const serial = (table: string, rows: number) =>
    one.runScan(
      { kind: "scan", schema: [], order: "serial", query: `${THREADS} FROM range(${rows})` },
      (query) => `CREATE TABLE ${table} AS ${query}`,
    );
  equal(await serial("alone", 2), 2);
  deepEqual(await one.all("SELECT DISTINCT n FROM alone"), [{ n: "1" }]);
  deepEqual(await one.all(THREADS), [{ n: "3" }]);
  // beside another statement the threads stay as they are: to take one away would wait for what it does
  const [, [{ n }]] = await Promise.all([serial("beside", 1000), other.all(THREADS)]);
  equal(n, "3");
  await Deno.remove(tempDir, { recursive: true });
});
