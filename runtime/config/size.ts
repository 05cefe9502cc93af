/** The least memory that a run can be given. */
export const LEAST_MEMORY = 192e6;

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};
const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86400e3, w: 604800e3 };

/** JSON Schema patterns of the two forms, for editors. */
export const SIZE_PATTERN = "^\\d+(\\.\\d+)?\\s*([KMGTkmgt]?[Ii]?[Bb])?$";
export const DURATION_PATTERN = "^(\\d+(\\.\\d+)?(ms|s|m|h|d|w))+$";

/** Bytes of `1GB`, `512MiB`, `268435456`. Throws an Error that says what was wanted. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = match && UNITS[match[2].toLowerCase()];
  const bytes = match && unit ? Math.floor(Number(match[1]) * unit) : NaN;
  if (!Number.isSafeInteger(bytes)) throw new Error("wanted a size such as 256MB, 1GB, 512MiB, or a number of bytes");
  return bytes;
}

/** As {@linkcode parseSize}, and not below what a run needs. */
export function parseMemory(text: string): number {
  const bytes = parseSize(text);
  if (bytes < LEAST_MEMORY) throw new Error("wanted at least 192MB");
  return bytes;
}

/** Milliseconds of `10m`, `90s`, `1h30m`. Throws an Error that says what was wanted. */
export function parseDuration(text: string): number {
  const trimmed = text.trim();
  if (!new RegExp(DURATION_PATTERN).test(trimmed)) {
    throw new Error("wanted a duration such as 500ms, 90s, 10m, 2h, 1d or 1h30m");
  }
  const parts = trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g);
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * MILLISECONDS[unit], 0);
}

/** A whole number from 1 up. Throws an Error that says what was wanted. */
export function parseCount(text: string): number {
  const number = /^\d{1,9}$/.test(text.trim()) ? Number(text) : 0;
  if (number < 1) throw new Error("wanted a whole number from 1 up");
  return number;
}
