import { homedir } from "node:os";
import { join } from "node:path";
import { DtegError } from "../../../sdk/mod.ts";
import type { Words } from "../parameters.ts";
import { readIfThere } from "./password_file.ts";

/** The words of a section of the service file. */
export function fromService(name: string): Words {
  const path = Deno.env.get("PGSERVICEFILE") ?? join(homedir(), ".pg_service.conf");
  const words: Record<string, string> = {};
  let isIn = false, isFound = false;
  for (const line of (readIfThere(path) ?? "").split(/\r?\n/)) {
    const section = /^\s*\[(.*)\]\s*$/.exec(line);
    if (section) {
      isIn = section[1] === name;
      isFound ||= isIn;
      continue;
    }
    const pair = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (isIn && pair) words[pair[1]] = pair[2];
  }
  if (!isFound) {
    throw new DtegError("connector.config", `there is no service ${JSON.stringify(name)} in "${path}"`, {
      hint: "check PGSERVICE and PGSERVICEFILE",
    });
  }
  return words;
}
