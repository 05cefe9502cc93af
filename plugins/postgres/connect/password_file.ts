import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Parameters } from "../parameters.ts";

/** What a password file gives: a password, or why it was passed over. */
type Found = Pick<Parameters, "password" | "passwordFault">;

/** The password of the first line of the password file that fits. One that others may read is passed over, as libpq does. */
export function fromPasswordFile(
  { servers, user, database }: Pick<Parameters, "servers" | "user" | "database">,
  path = join(homedir(), ".pgpass"),
): Found {
  const text = readIfThere(path);
  if (text === undefined) return {};
  if (statSync(path).mode & 0o077) {
    return { passwordFault: `the password file "${path}" is not used, since others may read it: chmod 600 ${path}` };
  }
  const lines = text.split(/\r?\n/).filter((line) => line && !line.startsWith("#"));
  for (const { host, port } of servers) {
    const wanted = [host.startsWith("/") ? "localhost" : host, String(port), database, user];
    for (const line of lines) {
      const fields = line.match(/(?:\\.|[^:\\])*(?::|$)/g)?.map((field) =>
        field.replace(/:$/, "").replace(/\\(.)/g, "$1")
      ) ?? [];
      const isMatch = wanted.every((value, index) => fields[index] === "*" || fields[index] === value);
      if (isMatch) return { password: fields[4] };
    }
  }
  return {};
}

/** The text of a file; nothing where it is not there, or not for us: libpq passes it over too. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
