import type { ShownState } from "../../../runtime/commands/state/state_text.ts";
import type { StreamReport } from "../../../runtime/store/event.ts";
import { runLine } from "../fake_platform.ts";

/** What --json prints, as far as it is looked at here. */
interface Answer {
  readonly exit: number;
  readonly summary: string;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
  readonly result: {
    readonly states: readonly ShownState[];
    readonly to: string;
    readonly pipelines: readonly { readonly streams: readonly StreamReport[] }[];
  };
}

/** A project in a folder of its own, and lines typed in it. */
export interface Project {
  readonly folder: string;
  write(name: string, text: string): Promise<void>;
  read(name: string): Promise<string>;
  run(...words: string[]): ReturnType<typeof runLine>;
  /** A line that must go well; what it prints. */
  ok(...words: string[]): Promise<string>;
  json(...words: string[]): Promise<Answer>;
  /** The code of a line that must fail. */
  code(...words: string[]): Promise<string>;
}

export async function inProject(
  files: Readonly<Record<string, string>>,
  test: (project: Project) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dteg-state-" });
  const write = async (name: string, text: string) => {
    await Deno.mkdir(`${folder}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${name}`, text);
  };
  const run = (...words: string[]) => runLine(words, { folder, env: { TMPDIR: folder } });
  const json = async (...words: string[]): Promise<Answer> => {
    const { out, exit } = await run(...words, "--json");
    return { ...JSON.parse(out), exit };
  };
  try {
    for (const [name, text] of Object.entries({ "dteg.yaml": "version: 1\n", ...files })) await write(name, text);
    await test({
      folder,
      write,
      read: (name) => Deno.readTextFile(`${folder}/${name}`),
      run,
      async ok(...words) {
        const { exit, out, err } = await run(...words);
        if (exit !== 0) throw new Error(`${words.join(" ")} ended with ${exit}: ${err}`);
        return out;
      },
      json,
      async code(...words) {
        const { error, exit } = await json(...words);
        if (exit === 0 || !error) throw new Error(`${words.join(" ")} went well`);
        return error.code;
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
