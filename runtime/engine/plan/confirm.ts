import { type Destination, DtegError, type TableName } from "../../../sdk/mod.ts";
import type { PipelineStream } from "../../config/pipeline.ts";

/** A stream's target. */
interface Aim {
  readonly table: TableName;
  readonly target: string;
  readonly stream: PipelineStream;
}

/** Lets a replace go on only where dteg made what is there, or somebody said that it may be replaced. */
export async function confirmReplace(
  { table, target, stream }: Aim,
  { destination, confirm }: {
    readonly destination: Destination;
    readonly confirm: (question: string) => Promise<boolean | undefined>;
  },
): Promise<void> {
  if (stream.write !== "replace") return;
  if (stream.isHistory) return await confirmForgetting({ table, target }, { destination, confirm });
  if (stream.adopt) return;
  const existing = await destination.describe(table);
  if (!existing || existing.madeByDteg) return;
  const what = existing.isAltered
    ? `${target} was changed since dteg wrote it`
    : `${target} is there and dteg did not make it`;
  if (await confirm(`${what}. Replace it?`)) return;
  const code = existing.isAltered ? "state.foreign" : "plan.confirm";
  throw new DtegError(code, `${what}: it is not replaced without a yes`, {
    hint: "add -y, or `adopt: true` to the stream",
  });
}

/** A full refresh of versions keeps only those that are now. */
async function confirmForgetting(
  { table, target }: Pick<Aim, "table" | "target">,
  { destination, confirm }: Parameters<typeof confirmReplace>[1],
): Promise<void> {
  if (!await destination.describe(table)) return;
  const what = `a full refresh of ${target} keeps what is now, and loses all earlier versions`;
  if (await confirm(`${what}. Do it?`)) return;
  throw new DtegError("plan.confirm", `${what}: it is not done without a yes`, { hint: "add -y" });
}
