import { deepEqual, throws } from "node:assert/strict";
import { parseCount, parseDuration, parseMemory, parseSize } from "../../runtime/config/size.ts";

Deno.test("a size is bytes, decimal units or binary units, in any case", () => {
  deepEqual(["268435456", "256MB", "1gb", "512MiB", "1.5 KiB", "10B"].map(parseSize), [
    268435456,
    256e6,
    1e9,
    512 * 2 ** 20,
    1536,
    10,
  ]);
});

Deno.test("what is no size, duration or count says what was wanted", () => {
  for (const text of ["lots", "", "-1", "1XB", "1e3", "99999999999999999999"]) {
    throws(() => parseSize(text), /wanted a size/);
  }
  for (const text of ["10 parsecs", "10", "", "m", "-1s"]) throws(() => parseDuration(text), /wanted a duration/);
  for (const text of ["many", "0", "1.5", "-2", ""]) throws(() => parseCount(text), /wanted a whole number/);
});

Deno.test("memory below what a run needs is refused", () => {
  throws(() => parseMemory("64MB"), /wanted at least 192MB/);
  deepEqual(parseMemory("192MB"), 192e6);
});

Deno.test("durations add up", () => {
  deepEqual(["500ms", "90s", "10m", "1h30m", "1w"].map(parseDuration), [500, 90e3, 600e3, 5400e3, 604800e3]);
});
