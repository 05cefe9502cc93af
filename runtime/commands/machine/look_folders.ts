import { existsSync, statfsSync } from "node:fs";
import { cacheFolder, checkOwn } from "../../config/folders.ts";
import { tempParent } from "../data/run_limits.ts";
import { storeFolder } from "../project/store_folder.ts";
import type { App } from "../app.ts";
import { formatBytes, formatCountOf } from "../view/numbers.ts";
import { bad, type Finding, look, ok, warn } from "./finding.ts";

const CACHE_BYTES = 100e6;
const TEMP_BYTES = 1e9;
const STORE_BYTES = 100e6;

/** The folders that dteg writes to: libraries, temporary files, the record of runs. */
export async function lookAtFolders(app: App): Promise<readonly Finding[]> {
  return [
    await look("cache folder", () => cache(app)),
    await look("temporary files", () => temp(app)),
    await look("record of runs", () => store(app)),
  ];
}

async function cache({ env }: App): Promise<Finding> {
  const folder = await cacheFolder(env);
  await checkOwn(folder);
  if (isNoexec(folder)) {
    return bad("cache folder", {
      found: `${folder} is mounted noexec: DuckDB's library cannot be loaded from it`,
      mend: "set DTEG_CACHE_DIR to a folder of your own that can be executed from",
    });
  }
  return room("cache folder", {
    folder,
    wanted: CACHE_BYTES,
    mend: "make room, or set DTEG_CACHE_DIR to another disk",
  });
}

async function temp(app: App): Promise<Finding> {
  const folder = tempParent(app);
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: "dteg-probe-" }));
  } catch (cause) {
    return bad("temporary files", {
      found: `${folder} cannot be written: ${(cause as Error).message}`,
      mend: "set TMPDIR to a folder that can be written",
    });
  }
  const mend = "large sorts and loads spill here: make room, set TMPDIR to another disk, or limit them with --max-temp";
  return room("temporary files", { folder, wanted: TEMP_BYTES, mend });
}

async function store(app: App): Promise<Finding> {
  const folder = await storeFolder(app.folder, app);
  if (existsSync(folder)) await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: ".probe-" }));
  using runs = await app.store();
  const kept = runs.list({ limit: 1000 }).length;
  const said = kept === 0 ? "no run yet" : kept === 1000 ? "1000 runs or more" : formatCountOf(kept, "run");
  const found = room("record of runs", { folder, wanted: STORE_BYTES, mend: "make room on this disk" });
  return { ...found, found: `${found.found}, ${said}` };
}

function room(
  what: string,
  { folder, wanted, mend }: { readonly folder: string; readonly wanted: number; readonly mend: string },
): Finding {
  const free = freeBytes(folder);
  const found = `${folder}, ${formatBytes(free)} free`;
  return free < wanted ? warn(what, { found, mend }) : ok(what, found);
}

/** Free bytes of the disk of a folder, or of the nearest folder above that exists. */
function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(nearestFolder(folder));
  return Number(bavail) * Number(bsize);
}

function nearestFolder(folder: string): string {
  for (let at = folder;; at = at.replace(/\/[^/]*$/, "") || "/") if (at === "/" || existsSync(at)) return at;
}

function isNoexec(folder: string): boolean {
  const path = Deno.realPathSync(folder);
  const mounts = Deno.readTextFileSync("/proc/self/mounts").trim().split("\n").map((line) => line.split(" "));
  const over = mounts.filter(([, at]) => at === "/" || path === at || path.startsWith(`${at}/`));
  const [, , , options = ""] = over.toSorted(([, a], [, b]) => a.length - b.length).at(-1) ?? [];
  return options.split(",").includes("noexec");
}
