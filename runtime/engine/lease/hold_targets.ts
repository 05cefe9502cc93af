import { type Destination, DtegError, formatName, type Lease, LEASE_SECONDS } from "../../../sdk/mod.ts";
import type { Pipeline } from "../../config/pipeline.ts";
import { withRetry } from "../commit/retry.ts";
import { retryOptions } from "../commit/retry_options.ts";
import { makeHost } from "../host.ts";
import type { RunContext } from "../run_context.ts";
import type { StreamJob } from "../stream_job.ts";
import { isDeadOwner, leaseOwner, nameOwner } from "./lease_owner.ts";
import { untilFree } from "./until_free.ts";

export const RENEW_EVERY = LEASE_SECONDS * 1000 / 3;

/** Targets that nobody else writes until they are let go. */
export interface HeldTargets extends AsyncDisposable {
  /** The jobs, each with its lease, or with what it lacks one for. */
  readonly jobs: readonly StreamJob[];
}

/**
 * Takes the leases of all targets of a pipeline, in the order of their names, so that two runs never wait for each other, and keeps them
 * alive. One that another run holds ends the pipeline before anything moves; what else fails is the fault of its stream alone.
 */
export async function holdTargets(
  jobs: readonly StreamJob[],
  { pipeline, context }: { readonly pipeline: Pipeline; readonly context: RunContext },
): Promise<HeldTargets> {
  const { destination: end, name } = pipeline;
  await using opened = new AsyncDisposableStack();
  const host = opened.use(await makeHost(context, { pipeline: name, end }));
  const destination = opened.use(context.connectorOf(end).destination!(end.config, host));
  if (!destination.lease) return { jobs, [Symbol.asyncDispose]: () => Promise.resolve() };
  const owner = leaseOwner(context.run);
  const leases = new Map<StreamJob, Lease>();
  const renewing = setInterval(() => void renewAll(leases.values()), RENEW_EVERY);
  opened.defer(() => clearInterval(renewing));
  const inOrder = jobs.toSorted((a, b) => formatName(a.table) < formatName(b.table) ? -1 : 1);
  const faults = new Map<StreamJob, DtegError>();
  const turns: Turns = { last: Promise.resolve() };
  for (const job of inOrder) {
    if (context.signal.aborted) break;
    const take = () => withRetry(() => takeLease(job, { destination, owner }), retryOptions(pipeline, context));
    let lease: Lease;
    try {
      lease = await untilFree(take, { context, pipeline: name });
    } catch (thrown) {
      const fault = DtegError.from(thrown);
      if (fault.code === "state.busy") return refusal(jobs, fault);
      faults.set(job, fault);
      continue;
    }
    leases.set(job, opened.use(inTurn(lease, { turns, signal: context.signal })));
  }
  const all = opened.move();
  return {
    jobs: jobs.map((job) => ({ ...job, lease: leases.get(job), fault: faults.get(job) })),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

const refusal = (jobs: readonly StreamJob[], fault: DtegError): HeldTargets => ({
  jobs: jobs.map((job) => ({ ...job, fault })),
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

/** Takes the lease of a target. Throws `state.busy` where another run has it. */
export async function takeLease(
  { table, target }: Pick<StreamJob, "table" | "target">,
  { destination, owner }: { readonly destination: Destination; readonly owner: string },
): Promise<Lease> {
  const taken = await destination.lease!(table, { owner, isDead: isDeadOwner });
  if (!("heldBy" in taken)) return taken;
  throw new DtegError("state.busy", `${target} is being loaded by ${nameOwner(taken.heldBy)}`, {
    hint: "wait for it: --wait 10m",
  });
}

/** The leases of a pipeline have one connection: one asks it after the other. */
export interface Turns {
  last: Promise<unknown>;
}

/** A lease that waits for its turn, and is given back at its first disposal. One that cannot be given back runs out by itself. */
export function inTurn(
  lease: Lease,
  { turns, signal }: { readonly turns: Turns; readonly signal: AbortSignal },
): Lease {
  let isHeld = true;
  const take = <T>(step: () => Promise<T>): Promise<T> => {
    const mine = turns.last.then(step, step);
    turns.last = mine.catch(() => {}); // told by who took the step
    return mine;
  };
  return {
    token: lease.token,
    owner: lease.owner,
    renew: () => take(() => isHeld ? lease.renew() : Promise.resolve(true)),
    async [Symbol.asyncDispose]() {
      if (!isHeld) return;
      isHeld = false;
      const given = take(async () => await lease[Symbol.asyncDispose]()).catch(() => {});
      await (signal.aborted ? Promise.race([given, patience()]) : given);
    },
  };
}

/** How long an interrupted run waits for a server; its process is known to be dead then. */
const patience = () => new Promise<void>((resolve) => Deno.unrefTimer(setTimeout(resolve, 1000)));

/** What fails is tried again at the next turn; a lease that is lost shows at the commit. */
export async function renewAll(leases: Iterable<Lease>): Promise<void> {
  for (const lease of leases) await lease.renew().catch(() => true);
}

/** The error of a stream: that another run took its target over tells more than what came of it. */
export async function overtaken(error: DtegError, { lease, target }: StreamJob): Promise<DtegError> {
  if (!lease || error.code === "state.fenced" || error.failure === "cancelled") return error;
  if (await lease.renew().catch(() => true)) return error;
  return fenced(target, error);
}

/** This run was stopped for so long that its lease ran out, and another has the target. */
export const fenced = (target: string, cause?: unknown): DtegError =>
  new DtegError(
    "state.fenced",
    `another run took ${target} over while this one stood still; nothing of this one is loaded`,
    {
      hint: "see what the other run did, then run again",
      cause,
    },
  );
