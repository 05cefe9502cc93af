import { Buffer } from "node:buffer";
import { hidePasswords, parseUrl, schemeOf } from "./url.ts";

const LEAST = 4;
const SECRET_OPTION = /pass|pwd|secret|token|private|credential|api_?key/i;

/** True for names of settings whose values are not to be shown. */
export function isSecretName(name: string): boolean {
  return SECRET_OPTION.test(name);
}

/** The secret values of a run. What is printed, logged or kept goes through {@linkcode Secrets.mask}. */
export class Secrets {
  readonly #forms = new Set<string>();
  readonly #short = new Set<string>();
  #pattern: RegExp | undefined;

  /** Values below 4 characters are masked only where a text calls them secret: to mask them anywhere would garble it. */
  add(value: string): void {
    if (value === "") return;
    if (value.length < LEAST) this.#short.add(value);
    for (const form of formsOf(value)) this.#forms.add(form);
    this.#pattern = undefined;
  }

  /** Adds the password and the secret options of a URL; any other text is left alone. */
  addUrl(text: string): void {
    if (!schemeOf(text)) return;
    const raw = /^[^:]+:\/\/[^\s:@/]*:(.*)@/s.exec(text)?.[1];
    if (raw) this.add(raw);
    const url = readUrl(text);
    if (url?.password) this.add(url.password);
    for (const [name, value] of Object.entries(url?.options ?? {})) if (isSecretName(name)) this.add(value);
  }

  /** The text with every form of every secret replaced by `***`. */
  mask(text: string): string {
    if (this.#forms.size > 0) {
      this.#pattern ??= new RegExp(longestFirst(this.#forms), "g");
      text = text.replace(this.#pattern, "***");
    }
    return hidePasswords(this.#short.size > 0 ? text.replace(calledSecret(this.#short), "$1***") : text);
  }
}

function longestFirst(forms: ReadonlySet<string>): string {
  return [...forms].sort((a, b) => b.length - a.length).map(RegExp.escape).join("|");
}

/** A setting of a secret name with one of these values: `password=ab`, `"token":"x"`. */
function calledSecret(values: ReadonlySet<string>): RegExp {
  const name = `[\\w.-]*(?:${SECRET_OPTION.source})[\\w.-]*`;
  return new RegExp(`(\\b${name}["']?\\s*[:=]\\s*["']?)(?:${longestFirst(values)})(?![^"'\\s,;&}\\]])`, "gi");
}

/** A URL that cannot be read has its error elsewhere; here it has no parts. */
function readUrl(text: string) {
  try {
    return parseUrl(text);
  } catch {
    return undefined;
  }
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString("hex");
  const percent = encodeURIComponent(value);
  const strict = percent.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const lower = (text: string) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  const every = hex.replace(/../g, "%$&");
  const json = JSON.stringify(value).slice(1, -1);
  const lines = value.split(/\r?\n/).filter((line) => line.length >= 16);
  return [
    value,
    ...lines,
    json,
    json.replaceAll("/", "\\/"),
    ...[percent, strict, percent.replaceAll("%20", "+")].flatMap((text) => [text, lower(text)]),
    every,
    every.toUpperCase(),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap((shift) => base64At(bytes, shift)),
  ].filter((form) => form.length >= LEAST);
}

/** Base64 of the value where it begins `shift` bytes into a group of three, without the digits that its neighbours share. */
function base64At(bytes: Buffer, shift: number): string[] {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64").replace(/=+$/, "");
  const whole = (shift + bytes.length) % 3 === 0;
  const inner = text.slice(shift === 0 ? 0 : shift + 1, whole ? undefined : -1);
  return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
}
