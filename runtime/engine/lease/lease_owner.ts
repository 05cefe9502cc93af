import { lifeOf, type ProcessMark, thisProcess } from "../../store/process_mark.ts";

/** What a run writes into the leases that it holds: enough to name it, and to see that it is dead. */
interface LeaseOwner extends ProcessMark {
  readonly run: string;
  readonly host: string;
  readonly since: string;
}

/** The name by which this run holds leases. */
export function leaseOwner(run: string): string {
  return JSON.stringify(
    { run, host: Deno.hostname(), since: new Date().toISOString(), ...thisProcess() } satisfies LeaseOwner,
  );
}

/** True when the holder ran on this machine, in this boot, and its process is gone. */
export function isDeadOwner(text: string): boolean {
  const owner = ownerOf(text);
  return owner !== undefined && lifeOf(owner) === "gone";
}

/** A holder in the words of a message. */
export function nameOwner(text: string): string {
  const owner = ownerOf(text);
  if (!owner) return "another run";
  const since = owner.since.slice(0, 19).replace("T", " ");
  return `run ${owner.run} on ${owner.host} (process ${owner.pid}, since ${since} UTC)`;
}

function ownerOf(text: string): LeaseOwner | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isOwner = typeof value === "object" && value !== null && "run" in value && "host" in value &&
      "since" in value &&
      typeof value.since === "string" && "pid" in value && "start" in value && "space" in value;
    return isOwner ? value as LeaseOwner : undefined;
  } catch {
    return undefined; // nobody that we know
  }
}
