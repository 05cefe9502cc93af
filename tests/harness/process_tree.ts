/** A process and all that it started, as they are now; the children first. */
export function treeOf(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    if (parent !== undefined) children.set(parent, [...children.get(parent) ?? [], Number(name)]);
  }
  const below = (one: number): number[] => [...(children.get(one) ?? []).flatMap(below), one];
  return below(pid);
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined; // it has ended in this moment
  }
}

/** Sends a signal to a process and all that it started; true where one of them got it. */
export function signalTree(pid: number, signal: Deno.Signal): boolean {
  return treeOf(pid).map((one) => {
    try {
      Deno.kill(one, signal);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof TypeError) return false; // it has ended in this moment
      throw error;
    }
  }).includes(true);
}
