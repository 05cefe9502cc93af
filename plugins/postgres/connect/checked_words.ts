import { DtegError } from "../../../sdk/mod.ts";
import type { SslMode, Words } from "../parameters.ts";
import { SESSION_ATTRS, type SessionAttrs } from "./session_attrs.ts";

const SSL_MODES: readonly SslMode[] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/** Words of libpq of which not every value can be had. What asks for less than is done anyway is fine. */
const LIMITED: Readonly<Record<string, { readonly fine: readonly string[]; readonly instead: string }>> = {
  gssencmode: { fine: ["disable", "prefer"], instead: "connections are kept secret by TLS: sslmode=verify-full" },
  channel_binding: { fine: ["disable", "prefer"], instead: "sslmode=verify-full makes sure who the server is" },
  sslnegotiation: { fine: ["postgres"], instead: "TLS begins after a request, which every server takes" },
  require_auth: { fine: [""], instead: "the server says how it wants the user to prove who it is" },
};

/** Values of words that are one of a few; those that cannot be done are refused, never passed over. */
export function checkWords(words: Words): { readonly sslmode: SslMode; readonly sessionAttrs: SessionAttrs } {
  for (const [word, { fine, instead }] of Object.entries(LIMITED)) {
    const value = words[word];
    if (value === undefined || fine.includes(value)) continue;
    throw new DtegError("connector.config", `${word}=${value} cannot be had: dteg has no ${word} but ${say(fine)}`, {
      hint: `leave it out: ${instead}`,
    });
  }
  return {
    sslmode: oneOf(SSL_MODES, "sslmode", words.sslmode ?? "prefer"),
    sessionAttrs: oneOf(SESSION_ATTRS, "target_session_attrs", words.target_session_attrs ?? "any"),
  };
}

const say = (values: readonly string[]) => values.map((value) => value || "none").join(" and ");

function oneOf<T extends string>(values: readonly T[], word: string, value: string): T {
  const found = values.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new DtegError("connector.config", `${word} ${JSON.stringify(value)} is none of ${values.join(", ")}`);
}
