import { DtegError } from "../../../sdk/mod.ts";
import { connectionOfUrl, type KnownConnector, type NewConnection } from "../../config/mod.ts";
import type { Terminal } from "../terminal.ts";

interface Question {
  readonly key: string;
  readonly text: string;
  readonly usual?: string;
}

const QUESTIONS: readonly Question[] = [
  { key: "host", text: "Host", usual: "localhost" },
  { key: "port", text: "Port, where it is not the usual one:" },
  { key: "database", text: "Database:" },
  { key: "user", text: "User:" },
  { key: "path", text: "Path of the file or folder:" },
];

/** Asks a person for a connection: a URL or path, or the fields of a connector. */
export async function askConnection(
  terminal: Terminal,
  connectors: readonly KnownConnector[],
): Promise<NewConnection> {
  const names = connectors.map(({ name }) => name);
  const answer = await terminal.ask(`A URL or path, or one of ${names.join(", ")}:`);
  if (!answer) {
    throw new DtegError("argument.missing", "the URL of the connection is not said", {
      hint: "dteg connection add NAME URL",
    });
  }
  const connector = connectors.find(({ name }) => name === answer);
  if (!connector) return connectionOfUrl(answer, connectors);
  const fields = Object.keys(connector.config.properties ?? {});
  const settings: Record<string, string | number> = {};
  for (const { key, text, usual } of QUESTIONS) {
    if (!fields.includes(key)) continue;
    const given = await terminal.ask(usual ? `${text} [${usual}]:` : text) || usual;
    if (given) settings[key] = key === "port" && /^\d+$/.test(given) ? Number(given) : given;
  }
  return { connector, settings, secrets: {} };
}
