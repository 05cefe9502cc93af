import { deepEqual } from "node:assert/strict";
import { dirname } from "node:path";
import { binaryPath } from "../binary.ts";
import { asUser, type User } from "../user.ts";

/** A line that a person types, and files that are there besides those of the project. */
export interface Mistake {
  readonly line: string;
  readonly files?: Readonly<Record<string, string>>;
}

export interface Telling {
  readonly env?: Readonly<Record<string, string>>;
  /** What stands in the golden file in place of what differs from run to run. */
  readonly replace?: readonly (readonly [RegExp, string])[];
  /** Runs the lines as this user and group; only root can. */
  readonly uid?: number;
}

const AT_ONCE = 4;

const PROJECT: Readonly<Record<string, string>> = {
  "dteg.yaml": `version: 1
vars: { day: 2024-05-01 }
environments:
  dev: {}
  staging: { connections: { warehouse: duckdb://staging.duckdb } }
`,
  "connections.yaml":
    "inbox: data/\nwarehouse: duckdb://warehouse.duckdb\nshop_db: postgres://clerk@127.0.0.1:1/shop\n",
  "pipelines/orders.yaml": `version: 1
source: { connection: inbox }
streams: [{ name: orders, into: raw.orders }]
destination: { connection: warehouse }
tags: [nightly]
`,
  "data/orders.csv": "id,status,amount,updated_at\n1,paid,120.50,2024-05-01\n2,open,80.00,2024-05-02\n",
  "data/customers.csv": "id,name\n1,Kim Minji\n",
};

/** Types each line in a project of its own; what the person sees, under the mistake's name, must be what the golden file has. */
export async function tell(
  golden: URL,
  mistakes: Readonly<Record<string, string | Mistake>>,
  telling: Telling = {},
): Promise<void> {
  const told: string[] = [];
  const waiting = Object.entries(mistakes).entries();
  const typeAll = async () => {
    for (const [at, [name, given]] of waiting) {
      const mistake = typeof given === "string" ? { line: given } : given;
      await asUser(async (user) => {
        for (const [path, text] of Object.entries({ ...PROJECT, ...mistake.files })) user.write(path, text);
        if (telling.uid !== undefined) await giveAway(dirname(user.folder), telling.uid);
        told[at] = `## ${name}\n$ ${mistake.line}\n${await type(mistake.line, user, telling)}`;
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, typeAll)); // some wait for a server that is not there
  const text = `${told.join("\n\n")}\n`;
  if (Deno.env.get("GOLDEN") === "write") await Deno.writeTextFile(golden, text);
  const mistakesOf = (page: string) => page.split(/\n(?=## )/);
  deepEqual(mistakesOf(text), mistakesOf(await Deno.readTextFile(golden)));
}

async function type(line: string, { folder }: User, { env, uid, replace = [] }: Telling): Promise<string> {
  const { code, stdout } = await new Deno.Command("sh", {
    args: ["-c", `exec 2>&1; ${line}`],
    cwd: folder,
    clearEnv: true,
    env: {
      PATH: `${dirname(binaryPath())}:/usr/bin:/bin`,
      HOME: `${dirname(folder)}/home`,
      TMPDIR: `${dirname(folder)}/tmp`,
      DTEG_CACHE_DIR: `/tmp/dteg-mistakes-${uid ?? Deno.uid()}`,
      LANG: "C.UTF-8",
      ...env,
    },
    ...(uid !== undefined && { uid, gid: uid }),
    stdin: "null",
  }).output();
  const shown = replace.reduce(
    (text, [pattern, by]) => text.replaceAll(pattern, by),
    plain(new TextDecoder().decode(stdout).replaceAll(folder, "~")),
  );
  return `${shown.trimEnd()}\n[exit ${code}]`;
}

/** What a line says, without the hour, how long it took, and the id of the run. */
function plain(text: string): string {
  return text.replace(/^\d\d:\d\d:\d\d /gm, "HH:MM:SS ").replace(/\brun r[a-z0-9]{13}\b/g, "run ID")
    .replace(/\d+(\.\d+)? m?s\b/g, "N s").replace("retrying at once", "retrying in N s").replace(
      /\b\d+ rows\/s/g,
      "N rows/s",
    )
    .replace(/this version has file, .*/g, "this version has file, …");
}

/** Hands the folder and all in it to the user who types. */
async function giveAway(path: string, uid: number): Promise<void> {
  await Deno.chown(path, uid, uid);
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    if (isDirectory) await giveAway(`${path}/${name}`, uid);
    else await Deno.chown(`${path}/${name}`, uid, uid);
  }
}
