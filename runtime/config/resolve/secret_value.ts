import { join } from "node:path";
import { DtegError } from "../../../sdk/mod.ts";
import type { Environment } from "../environment.ts";

const SYSTEM_FOLDER = "/run/secrets";

/** The variable that may hold a secret. */
export function secretVariable(name: string): string {
  return `DTEG_SECRET_${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
}

/** The value of `${secret.NAME}`: of its variable, else of a file in the project's or the system's folder of secrets. */
export function secretValue(name: string, { env, folder, project }: Environment): string | undefined {
  const value = env[secretVariable(name)];
  if (value !== undefined) return value;
  for (const inside of foldersOf({ folder, project })) {
    const text = readIfThere(join(inside, name));
    if (text !== undefined) return text.replace(/\r?\n$/, "");
  }
}

/** Names of the secrets that are kept in folders. */
export function secretNames(environment: Environment): readonly string[] {
  return foldersOf(environment).flatMap((folder) => {
    try {
      return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => isDirectory ? [] : [name]);
    } catch {
      return []; // only a hint is made of them
    }
  });
}

function foldersOf({ folder, project }: Pick<Environment, "folder" | "project">): readonly string[] {
  return [project?.secrets ?? join(folder, ".dteg", "secrets"), SYSTEM_FOLDER];
}

function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) return undefined;
    throw new DtegError("file.unreadable", `cannot read the secret in ${JSON.stringify(path)}`, {
      cause,
      hint: "it is to be a file that you may read",
    });
  }
}
