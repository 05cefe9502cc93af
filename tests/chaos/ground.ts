import { existsSync } from "node:fs";
import { openPair, type PairName, type Servers } from "./pair.ts";
import type { Ground } from "./round.ts";
import { mountDisk } from "./small_disk.ts";

/** A pair in a folder of its own, whose places are disks of their own where that may be done. */
export async function openGround(
  name: PairName,
  { servers, most }: { readonly servers: Servers; readonly most: number },
): Promise<Ground & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "dteg-chaos-" });
  await Deno.chmod(folder, 0o755); // servers read from it
  const disks: AsyncDisposable[] = [];
  for (const part of ["tmp", "home", "out"]) {
    await Deno.mkdir(`${folder}/${part}`);
    const disk = await mountDisk(`${folder}/${part}`);
    if (disk) disks.push(disk);
  }
  const pair = await openPair(name, servers, folder);
  return {
    pair,
    folder,
    most,
    async [Symbol.asyncDispose]() {
      await pair[Symbol.asyncDispose]();
      for (const disk of disks) await disk[Symbol.asyncDispose]();
      if (existsSync(folder)) await Deno.remove(folder, { recursive: true });
    },
  };
}
