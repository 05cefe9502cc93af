const SOURCES = ["main.ts", "deno.json", "deno.lock", "sdk", "plugins", "runtime", "deploy/binary"];

/** True when the binary is there and no source of the checkout `root` is younger. */
export function isFresh(binary: string, root: string): boolean {
  const built = modified(binary);
  return built > 0 && SOURCES.every((source) => newest(`${root}/${source}`) <= built);
}

function newest(path: string): number {
  const own = modified(path);
  if (own === 0 || !Deno.statSync(path).isDirectory) return own;
  return Math.max(own, ...[...Deno.readDirSync(path)].map(({ name }) => newest(`${path}/${name}`)));
}

/** Milliseconds; 0 where nothing is there. */
function modified(path: string): number {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
