/** dteg as the demo uses it: the compiled binary, in the project's folder. */
export interface Dteg {
  /** What a person would type to start it, from the project's folder. */
  readonly typed: string;
  /** Shows what it prints as it comes. Throws when it fails. */
  run(args: readonly string[]): Promise<void>;
  /** The rows of a query, each an object. */
  rows(sql: string, on: string): Promise<readonly Readonly<Record<string, string>>[]>;
}

/** Runs the binary `path` in a folder. */
export function dtegIn(folder: string, { path, typed }: { readonly path: string; readonly typed: string }): Dteg {
  return {
    typed,
    async run(args) {
      const { code } = await new Deno.Command(path, { args: [...args], cwd: folder }).spawn().status;
      if (code !== 0) throw new Error(`${[typed, ...args].join(" ")} ended with exit code ${code}`);
    },
    async rows(sql, on) {
      const args = ["query", sql, "--on", on, "--json"];
      const command = new Deno.Command(path, { args, cwd: folder, stdout: "piped", stderr: "inherit" });
      const { code, stdout } = await command.output();
      if (code !== 0) throw new Error(`${[typed, ...args].join(" ")} ended with exit code ${code}`);
      return JSON.parse(new TextDecoder().decode(stdout)).result.rows;
    },
  };
}
