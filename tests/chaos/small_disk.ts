const LARGE = 512 << 20;

/** Puts a disk of its own, of memory, in a folder; undefined where that may not be done. */
export async function mountDisk(path: string): Promise<AsyncDisposable | undefined> {
  if (!await succeeds("mount", ["-t", "tmpfs", "-o", `size=${LARGE},mode=0755`, "tmpfs", path])) return undefined;
  return { [Symbol.asyncDispose]: async () => void await succeeds("umount", ["-l", path]) };
}

/** Leaves so many bytes free on such a disk, or all again. False where the folder is no disk of its own. */
export async function remount(path: string, { room }: { readonly room?: number } = {}): Promise<boolean> {
  const mounts = await Deno.readTextFile("/proc/mounts");
  if (!mounts.split("\n").some((line) => line.split(" ")[1] === path)) return false;
  const size = room === undefined ? LARGE : await usedIn(path) + room;
  return await succeeds("mount", ["-o", `remount,size=${size}`, path]);
}

async function usedIn(path: string): Promise<number> {
  const { stdout } = await new Deno.Command("df", { args: ["--output=used", "-B1", path], stderr: "null" }).output();
  return Number(new TextDecoder().decode(stdout).split("\n")[1]);
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return (await new Deno.Command(command, { args: [...args], stdout: "null", stderr: "null" }).output()).success;
}
