import { quoteName } from "../../../sdk/mod.ts";

/** The statements of a plan, where what a replace takes away is kept and not dropped. */
export function keptStatements(
  statements: readonly string[],
  { keep, table }: { readonly keep?: number; readonly table: string },
): readonly string[] {
  if (keep === undefined) return statements;
  const name = quoteName(`_dteg_kept_RUN_${table}`);
  return statements.map((sql) =>
    sql.replace(/^DROP TABLE (.*)$/s, (_, whole) => `ALTER TABLE ${whole} RENAME TO ${name}`)
  );
}
