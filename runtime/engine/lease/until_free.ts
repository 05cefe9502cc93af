import { DtegError, type ErrorCode } from "../../../sdk/mod.ts";
import type { RunContext } from "../run_context.ts";

/** What another run, or another process, can be the reason of. */
const BUSY: readonly ErrorCode[] = ["state.busy", "target.locked"];
const FIRST_PAUSE = 100; // milliseconds, doubled up to MOST_PAUSE
const MOST_PAUSE = 2000;

/** Takes a step, and takes it again while another has the target, as long as the run waits for one: `--wait`. */
export async function untilFree<T>(
  step: () => Promise<T>,
  { context: { wait = 0, signal, tell }, pipeline }: { readonly context: RunContext; readonly pipeline: string },
): Promise<T> {
  const deadline = performance.now() + wait;
  let isTold = false;
  for (let pause = FIRST_PAUSE;; pause = Math.min(pause * 2, MOST_PAUSE)) {
    try {
      return await step();
    } catch (thrown) {
      const error = DtegError.from(thrown);
      const left = deadline - performance.now();
      if (!BUSY.includes(error.code) || left <= 0) throw thrown;
      if (!isTold) tell({ kind: "log", level: "info", message: `${error.message}: waiting for it`, pipeline });
      isTold = true;
      await sleep(Math.min(left, pause * (0.5 + Math.random() / 2)), signal);
    }
  }
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
  signal.throwIfAborted();
}
