import { openStage, type StageSession } from "../../runtime/engine/move/session.ts";

/** A session of a stage of its own, for a test that needs DuckDB and no run. */
export async function openSession(): Promise<
  AsyncDisposable & { readonly session: StageSession; readonly folder: string }
> {
  const folder = await Deno.makeTempDir({ prefix: "dteg-stage-" });
  const stage = await openStage({ memory: 5e8, threads: 2, tempDir: folder, signal: new AbortController().signal });
  const session = await stage.open();
  return {
    session,
    folder,
    async [Symbol.asyncDispose]() {
      await stage[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** How often a property is tried: more with `./task test -- --long`. */
export const runs = (few: number, many = few * 50) => ({ numRuns: Deno.env.get("DTEG_LONG") ? many : few });
