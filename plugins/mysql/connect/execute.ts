import type { Host } from "../../../sdk/mod.ts";
import type { Parameters } from "../parameters.ts";
import { tellPlace } from "./sql_fault.ts";
import { statementsOf } from "./statements.ts";

/** Runs statements of the user one by one, each for itself, on a connection of its own. */
export async function execute(
  sql: string,
  { parameters, host }: { readonly parameters: Parameters; readonly host: Host },
): Promise<void> {
  const { connect } = await import("../session.ts");
  await using session = await connect(parameters, { signal: host.signal });
  for (const { sql: statement, offset } of statementsOf(sql)) {
    try {
      await session.change(statement);
    } catch (error) {
      tellPlace(error, { sql, statement, offset });
      throw error;
    }
  }
}
