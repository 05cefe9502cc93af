import { DtegError } from "../../../sdk/mod.ts";

const URL_FORM = /^(?:mysql|mariadb):\/\/(?:([^@/?]*)@)?(\[[^\]/?]*\]|[^:/?]*)(?::(\d*))?(?:\/([^?]*))?(?:\?(.*))?$/i;

/** Options of a URL that are settings, also under the names that MySQL's own clients have for them. */
const WORDS: Readonly<Record<string, string>> = {
  "sslmode": "sslmode",
  "ssl-mode": "sslmode",
  "sslrootcert": "sslrootcert",
  "ssl-ca": "sslrootcert",
  "sslcert": "sslcert",
  "ssl-cert": "sslcert",
  "sslkey": "sslkey",
  "ssl-key": "sslkey",
  "sslpassword": "sslpassword",
  "socket": "socket",
  "connect_timeout": "connect_timeout",
  "connect-timeout": "connect_timeout",
  "statement_timeout": "statement_timeout",
};

/** What MySQL's clients call the modes of TLS. */
const MODES: Readonly<Record<string, string>> = {
  disabled: "disable",
  preferred: "prefer",
  required: "require",
  verify_ca: "verify-ca",
  verify_identity: "verify-full",
};

/** The settings that a URL holds; percent-decoded everywhere. */
export function urlWords(url: string): Record<string, string> {
  const bad = (reason: string) =>
    new DtegError("url.invalid", `cannot read the URL of the database: ${reason}`, {
      hint:
        "write mysql://user:password@host:3306/database, and percent-encode odd characters: @ as %40, / as %2F, : as %3A",
    });
  const match = URL_FORM.exec(url);
  if (!match) throw bad("it is not of the form mysql://user:password@host:port/database");
  const decode = (text: string) => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw bad("a percent sign in it is not followed by two hex digits; write a percent sign as %25");
    }
  };
  const [, login, host, port, database, query] = match;
  if (host.includes("@")) throw bad("it holds more than one @: one in user or password is written %40");
  const words: Record<string, string> = {};
  if (login) {
    const colon = login.indexOf(":");
    words.user = decode(colon < 0 ? login : login.slice(0, colon));
    if (colon >= 0) words.password = decode(login.slice(colon + 1));
  }
  if (host) words.host = decode(host.replace(/^\[|\]$/g, ""));
  if (port) words.port = port;
  if (database) words.database = decode(database);
  for (const pair of query ? query.split("&") : []) {
    const at = pair.indexOf("=");
    const name = decode(at < 0 ? pair : pair.slice(0, at));
    const word = WORDS[name];
    if (!word) throw bad(`it has an option ${JSON.stringify(name)} that is not known`);
    const value = at < 0 ? "" : decode(pair.slice(at + 1));
    words[word] = word === "sslmode" ? MODES[value.toLowerCase()] ?? value : value;
  }
  return words;
}
