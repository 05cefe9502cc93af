import { join } from "node:path";
import { DtegError } from "../../../sdk/mod.ts";
import type { Environment } from "../environment.ts";
import { stateFolder } from "../folders.ts";
import type { Secrets } from "../secrets.ts";
import { secretValue, secretVariable } from "./secret_value.ts";

/** Name of the secret that is the key of `mask: hash`. */
const NAME = "mask_key";
const LEAST = 32, MOST = 64;

/**
 * The key of `mask: hash`: the secret `mask_key`; where there is none yet, one is made in the project's folder of secrets, or without a
 * project in that of the user. Two runs that make it at once get the same.
 */
export async function maskKey(environment: Environment, { secrets }: { readonly secrets: Secrets }): Promise<string> {
  const key = secretValue(NAME, environment) ?? await keptKey(environment);
  secrets.add(key);
  const bytes = new TextEncoder().encode(key).length;
  if (bytes >= LEAST && bytes <= MOST) return key;
  throw new DtegError(
    "mask.key",
    `the secret ${NAME}, the key of \`mask: hash\`, has ${bytes} bytes, wanted ${LEAST} to ${MOST}`,
    {
      hint: `it is in ${
        secretVariable(NAME)
      }, in .dteg/secrets/${NAME} or in /run/secrets/${NAME}; \`openssl rand -hex 32\` makes a good one`,
    },
  );
}

async function keptKey({ env, project }: Environment): Promise<string> {
  const folder = project?.secrets ?? join(await stateFolder(env), "secrets");
  const path = join(folder, NAME);
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    return await readKey(path) ?? await makeKey(path, folder);
  } catch (cause) {
    throw new DtegError("mask.key", `cannot read or make the key of \`mask: hash\`: ${DtegError.from(cause).message}`, {
      path,
      cause,
      hint: `check the rights of its folder, or give the key as ${secretVariable(NAME)}`,
    });
  }
}

async function readKey(path: string): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(path)).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Written whole under a name of its own, then linked: a name that is taken is left alone, and no one reads half a key. */
async function makeKey(path: string, folder: string): Promise<string> {
  await Deno.writeTextFile(join(folder, ".gitignore"), "*\n");
  const draft = `${path}.${crypto.randomUUID()}`;
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  try {
    using file = await Deno.open(draft, { write: true, createNew: true, mode: 0o600 });
    await file.write(new TextEncoder().encode(`${bytes.toHex()}\n`));
    await file.syncData();
    await Deno.link(draft, path).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
  } finally {
    await Deno.remove(draft);
  }
  return (await Deno.readTextFile(path)).trim();
}
