import { measure, type Measured, medianOf } from "./measure.ts";

/** What the binary takes to begin. */
export interface StartFigures {
  /** Bytes. */
  readonly size: number;
  readonly version: Measured;
  /** A CSV of ten rows to Parquet, libraries unpacked. */
  readonly tenRows: Measured;
  /** The same with nothing unpacked yet. */
  readonly firstUse: Measured;
}

const TEN = Array.from({ length: 10 }, (_, i) => `${i + 1},name ${i + 1},${i}.50,2024-05-0${i % 9 + 1}\n`).join("");

/** Starts the binary many times. */
export async function startFigures(
  binary: string,
  { folder, rounds }: { readonly folder: string; readonly rounds: number },
): Promise<StartFigures> {
  const home = `${folder}/start`;
  await Deno.mkdir(home, { recursive: true });
  await Deno.writeTextFile(`${home}/ten.csv`, `id,name,price,day\n${TEN}`);
  const run = (args: readonly string[], cache: string) =>
    measure([binary, ...args], {
      cwd: home,
      env: { DTEG_CACHE_DIR: cache, XDG_STATE_HOME: `${home}/state` },
      every: 2,
    });
  const load = ["run", "--from", "ten.csv", "--to", "ten.parquet", "--yes", "--quiet"];
  const version: Measured[] = [], tenRows: Measured[] = [], firstUse: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    const cache = `${home}/cache-${round}`;
    await Deno.mkdir(cache, { mode: 0o700 });
    firstUse.push(await run(load, cache));
    for (let again = 0; again < 3; again++) {
      tenRows.push(await run(load, cache));
      version.push(await run(["version"], cache));
    }
  }
  await Deno.remove(home, { recursive: true });
  return {
    size: (await Deno.stat(binary)).size,
    version: medianOf(version),
    tenRows: medianOf(tenRows),
    firstUse: medianOf(firstUse),
  };
}
