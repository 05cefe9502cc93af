import { type Destination, DtegError, formatName, targetType, typeText } from "../../../sdk/mod.ts";
import type { LossRules } from "../check/loss_rules.ts";
import type { Shape } from "../plan/shape.ts";
import type { StreamJob } from "../stream_job.ts";

/** Refuses a column that the target cannot hold. */
export function refuseLossyColumns(
  { batch: { schema }, names }: Shape,
  { types }: Destination,
  { job: { table }, loss }: { readonly job: StreamJob; readonly loss: LossRules },
): void {
  for (const column of schema) {
    const row = targetType(types, column);
    const source = Object.keys(names).find((name) => names[name] === column.name) ?? column.name;
    if (row.grade !== "lossy" || loss.target(source) !== "fail") continue;
    throw new DtegError(
      "schema.lossy",
      `column ${JSON.stringify(column.name)} is ${typeText(column.type)}, which ${formatName(table)} holds only as ${
        row.to(column.type)
      }, with loss`,
      {
        column: column.name,
        hint: `declare a type that it can hold: columns: { ${column.name}: { type: text } }`,
      },
    );
  }
}
