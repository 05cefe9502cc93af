import assert from "node:assert/strict";
import { DEFAULT_RETRY } from "../../../runtime/config/around/retry.ts";
import type { Retry } from "../../../runtime/config/pipeline.ts";
import { type Wait, waitText, withRetry } from "../../../runtime/engine/commit/retry.ts";
import { DtegError } from "../../../sdk/mod.ts";

const lost = (details: { readonly retryAfter?: number } = {}) =>
  new DtegError("connection.lost", "the server is gone", details);

interface Tried {
  readonly waits: readonly Wait[];
  readonly attempts: readonly number[];
  readonly error?: DtegError;
}

/** Fails `failures` times, then goes well. */
async function attempt(
  retry: Partial<Retry>,
  { failures = Infinity, error = lost(), random = 1, signal = new AbortController().signal, refuse }: {
    readonly failures?: number;
    readonly error?: DtegError;
    readonly random?: number;
    readonly signal?: AbortSignal;
    readonly refuse?: string;
  } = {},
): Promise<Tried> {
  const waits: Wait[] = [], attempts: number[] = [];
  const step = (number: number) => {
    attempts.push(number);
    return number <= failures ? Promise.reject(error) : Promise.resolve();
  };
  try {
    await withRetry(step, {
      retry: { ...DEFAULT_RETRY, delay: 4, ...retry },
      signal,
      onWait: (wait) => waits.push(wait),
      refuse: () => refuse,
      random: () => random,
    });
    return { waits, attempts };
  } catch (thrown) {
    return { waits, attempts, error: thrown as DtegError };
  }
}

const millisecondsOf = ({ waits }: Tried) => waits.map(({ milliseconds }) => milliseconds);

Deno.test("what passes is tried again until it goes well", async () => {
  const { attempts, error, waits } = await attempt({}, { failures: 2 });
  assert.deepEqual([attempts, error, waits.map((wait) => wait.attempt)], [[1, 2, 3], undefined, [2, 3]]);
});

Deno.test("the last error tells how often it was tried", async () => {
  const { attempts, error } = await attempt({});
  assert.deepEqual(attempts, [1, 2, 3]);
  assert.match(error?.message ?? "", /^the server is gone \(tried 3 times in 0\.\d s\)$/);
  assert.deepEqual([error?.code, error?.failure], ["connection.lost", "transient"]);
});

Deno.test("only what may pass by itself is tried again", async () => {
  for (const code of ["connection.auth", "data.value", "environment.disk_full", "query.failed"] as const) {
    const given = new DtegError(code, "no");
    const { attempts, error } = await attempt({}, { error: given });
    assert.deepEqual([attempts, error], [[1], given]);
  }
});

Deno.test("attempts: 1 tries nothing again, and says nothing of it", async () => {
  const { attempts, error } = await attempt({ attempts: 1 });
  assert.deepEqual([attempts, error?.message], [[1], "the server is gone"]);
});

Deno.test("exponential waits double up to the longest; each is a random part", async () => {
  const retry = { attempts: 6, delay: 2, maxDelay: 9 };
  assert.deepEqual(millisecondsOf(await attempt(retry)), [2, 4, 8, 9, 9]);
  assert.deepEqual(millisecondsOf(await attempt({ ...retry, attempts: 3 }, { random: 0.5 })), [1, 2]);
});

Deno.test("fixed waits are the same; none waits not at all", async () => {
  assert.deepEqual(millisecondsOf(await attempt({ attempts: 4, backoff: "fixed", delay: 3 })), [3, 3, 3]);
  assert.deepEqual(millisecondsOf(await attempt({ attempts: 4, backoff: "none" })), [0, 0, 0]);
});

Deno.test("a server that names a time is not asked before", async () => {
  const tried = await attempt({ attempts: 2, delay: 1, maxDelay: 1 }, { error: lost({ retryAfter: 0.02 }) });
  assert.deepEqual(millisecondsOf(tried), [20]);
});

Deno.test("no attempt begins after the budget", async () => {
  const { attempts, error } = await attempt({ attempts: 9, backoff: "fixed", delay: 60, budget: 100 });
  assert.deepEqual(attempts, [1, 2]);
  assert.match(error?.message ?? "", /\(tried 2 times in 0\.\d s; the retry budget of 0\.1 s is used up\)$/);
});

Deno.test("an interrupted wait ends at once", async () => {
  const stop = new AbortController();
  const began = performance.now();
  setTimeout(() => stop.abort("SIGINT"), 20);
  const { error } = await attempt({ backoff: "fixed", delay: 20_000 }, { signal: stop.signal });
  assert.equal(String(error), "SIGINT");
  assert.ok(performance.now() - began < 5000);
});

Deno.test("what cannot be begun again is not tried again, and says so", async () => {
  const { attempts, error } = await attempt({}, { refuse: "stdin cannot be begun again" });
  assert.deepEqual(attempts, [1]);
  assert.equal(error?.message, "the server is gone (not tried again: stdin cannot be begun again)");
});

Deno.test("a wait is told in a sentence", () => {
  const wait = { attempt: 2, attempts: 3, milliseconds: 1940, error: lost() };
  assert.equal(waitText(wait), "retrying in 1.9 s (attempt 2 of 3): the server is gone");
  assert.equal(waitText({ ...wait, milliseconds: 0 }), "retrying at once (attempt 2 of 3): the server is gone");
});
