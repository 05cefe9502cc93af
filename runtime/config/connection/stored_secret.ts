import { join } from "node:path";
import { DtegError } from "../../../sdk/mod.ts";

/** Where {@linkcode storeSecret} puts a secret. */
export interface SecretPlace {
  /** The project's folder of secrets. */
  readonly folder: string;
  readonly name: string;
  /** One that is there is replaced. */
  readonly over: boolean;
}

/** Keeps a secret in a file that nobody else may read, in a folder that no repository takes up. Gives its path. */
export async function storeSecret(value: string, { folder, name, over }: SecretPlace): Promise<string> {
  const path = join(folder, name);
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(join(folder, ".gitignore"), "*\n");
    if (over) await Deno.remove(path).catch(ignoreMissing); // its mode would stay
    await Deno.writeTextFile(path, value, { createNew: true, mode: 0o600 });
    return path;
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) {
      throw new DtegError("connection.exists", `there is a secret named ${JSON.stringify(name)} already`, {
        path,
        hint: "add -y to replace it",
        cause,
      });
    }
    throw new DtegError(
      "file.unreadable",
      `cannot keep the secret ${JSON.stringify(name)}: ${DtegError.from(cause).message}`,
      {
        path,
        hint: "check the rights of the folder",
        cause,
      },
    );
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
