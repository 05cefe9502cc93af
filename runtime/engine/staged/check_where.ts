import { DtegError, type ScanBatch } from "../../../sdk/mod.ts";
import type { StageSession } from "../move/session.ts";

/** Refuses a condition that cannot be read, or that speaks of columns which it cannot tell apart, before a row is read. */
export async function checkWhere(
  scan: ScanBatch,
  { where, session }: { where: string; session: StageSession },
): Promise<void> {
  const names = scan.schema.map(({ name }) => name);
  const twin = names.find((name, index) => names.findIndex((one) => one.toLowerCase() === name.toLowerCase()) < index);
  if (twin !== undefined) {
    throw new DtegError(
      "stream.where",
      `\`where\` cannot tell column ${JSON.stringify(twin)} from one that differs only in case`,
      {
        column: twin,
        hint: "leave `where` out, or give the file other names",
      },
    );
  }
  try {
    await session.all(`DESCRIBE SELECT * FROM (${scan.query}) f WHERE (${where}\n)`);
  } catch (error) {
    if (!(error instanceof DtegError) || (error.code !== "query.failed" && error.code !== "column.unknown")) {
      throw error;
    }
    throw new DtegError("stream.where", `cannot read the condition ${JSON.stringify(where)}: ${error.message}`, {
      cause: error,
      hint: error.code === "column.unknown" && error.hint?.startsWith("did you mean")
        ? error.hint
        : `it is DuckDB's SQL over the columns ${names.slice(0, 8).join(", ")}`,
    });
  }
}
