const COUNT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const UNITS = ["", "k", "M", "G", "T", "P"];

/** `1,234,567` */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** `1,234,567 rows`, `1 row`: a count with its noun. */
export function formatCountOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `512 B`, `1.2 MB`, `340 MB`: a unit is 1,000 of the one below. */
export function formatBytes(bytes: number): string {
  const { digits, unit } = scaled(bytes);
  return `${digits} ${unit}B`;
}

/** Rows a second: `8,123`, `412 k`, `1.3 M`; `-` where there is nothing to divide. */
export function formatRate(rows: number, seconds: number): string {
  if (rows === 0 || seconds <= 0) return "-";
  const rate = rows / seconds;
  if (rate < 9_999.5) return formatCount(rate);
  const { digits, unit } = scaled(rate);
  return `${digits} ${unit}`;
}

/** `840 ms`, `3.2 s`, `42 s`, `1m 03s`, `2h 05m`, `3d 04h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(whole, 60, ["m", "s"]);
  const minutes = Math.floor(whole / 60);
  if (minutes < 1440) return pair(minutes, 60, ["h", "m"]);
  return pair(Math.floor(minutes / 60), 24, ["d", "h"]);
}

/** `42 %` of a share between 0 and 1; 100 only when all is done. */
export function formatShare(share: number): string {
  return `${Math.min(share < 1 ? 99 : 100, Math.floor(share * 100))} %`;
}

function pair(amount: number, base: number, [large, small]: readonly [string, string]): string {
  return `${Math.floor(amount / base)}${large} ${String(amount % base).padStart(2, "0")}${small}`;
}

function scaled(amount: number): { readonly digits: string; readonly unit: string } {
  let at = 0;
  while (amount >= 999.5 && at < UNITS.length - 1) [amount, at] = [amount / 1000, at + 1];
  const decimals = at === 0 || amount >= 99.95 ? 0 : 1;
  return { digits: amount.toFixed(decimals), unit: UNITS[at] };
}
