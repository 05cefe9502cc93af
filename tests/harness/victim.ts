import { start } from "../e2e/binary.ts";
import type { Victim } from "./crash.ts";

/** Starts `dteg run … --json` in a folder with places of its own for temporary files and records, as inScene makes them. */
export function startVictim(folder: string, args: readonly string[]): Victim {
  const child = start(["run", ...args, "--json"], {
    cwd: folder,
    env: { HOME: `${folder}/home`, TMPDIR: `${folder}/tmp`, DTEG_CACHE_DIR: `${folder}/cache` },
  });
  const decoder = new TextDecoder();
  const ended = child.output().then(({ code, stdout, stderr }) => ({
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  }));
  return { pid: child.pid, ended };
}

/** Gives a test a folder with these places, and removes it. */
export async function inScene(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dteg-crash-" });
  for (const part of ["tmp", "home"]) await Deno.mkdir(`${folder}/${part}`);
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What runs left among temporary files. */
export function temporaryFiles(folder: string): readonly string[] {
  return [...Deno.readDirSync(`${folder}/tmp`)].map(({ name }) => `tmp/${name}`);
}

/** Looks again and again until it is stopped, and keeps what it saw. A look that comes to nothing gives undefined. */
export function lookAllTheTime(
  look: () => Promise<readonly string[] | undefined>,
  { every }: { readonly every: number },
): { stop(): Promise<ReadonlySet<string>> } {
  const seen = new Set<string>();
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      for (const one of await look() ?? []) seen.add(one);
      await new Promise((resolve) => setTimeout(resolve, every));
    }
  })();
  looking.catch(() => {}); // told by stop()
  return {
    async stop() {
      isOver = true;
      await looking;
      return seen;
    },
  };
}

/** How many rounds each case gets: thirty in the long tests. */
export const roundsOf = (): number => Deno.env.get("DTEG_LONG") ? 30 : 2;

/** The cases of a test: all, or with DTEG_CASE those whose name has that text, to look at one of them. */
export function chosenCases<T>(cases: Readonly<Record<string, T>>): readonly (readonly [name: string, make: T])[] {
  const text = Deno.env.get("DTEG_CASE") ?? "";
  return Object.entries(cases).filter(([name]) => name.includes(text));
}
