import {
  CURRENT,
  type Destination,
  DtegError,
  type LoadColumn,
  type Schema,
  type TableOptions,
  VALID_FROM,
  VALID_TO,
} from "../../../sdk/mod.ts";
import type { StreamJob } from "../stream_job.ts";

type Versioned = Pick<StreamJob["stream"], "write" | "isHistory" | "key">;

/** True where rows are versions: also in a full refresh, which replaces them. */
const isVersioned = ({ write, isHistory }: Versioned) => write === "scd2" || isHistory === true;

/** The columns that versions have beside those of their row; none where rows are no versions. */
export function versionColumns(
  stream: Versioned,
  { schema, snapshotAt }: { readonly schema: Schema; readonly snapshotAt: string },
): readonly LoadColumn[] {
  if (!isVersioned(stream) || schema.length === 0) return [];
  const taken = schema.find(({ name }) => [VALID_FROM, VALID_TO, CURRENT].includes(name.toLowerCase()));
  if (taken) {
    throw new DtegError(
      "column.duplicate",
      `the stream has a column ${JSON.stringify(taken.name)}, which \`write: scd2\` would add`,
      {
        column: taken.name,
        hint: `give it another name: columns: { ${taken.name}: { as: was${taken.name.slice(5)} } }`,
      },
    );
  }
  const instant = { kind: "timestamptz", precision: 6 } as const;
  return [
    { name: VALID_FROM, type: instant, value: new Date(snapshotAt).toISOString().replace("Z", "000Z") },
    { name: VALID_TO, type: instant, value: null },
    { name: CURRENT, type: { kind: "bool" }, value: "true" },
  ];
}

/** Those of a load. A table that holds rows and no versions is refused. */
export async function historyColumns(
  { stream, table, target }: Pick<StreamJob, "stream" | "table" | "target">,
  { destination, ...load }: {
    readonly destination: Destination;
    readonly schema: Schema;
    readonly snapshotAt: string;
  },
): Promise<readonly LoadColumn[]> {
  const existing = stream.write === "scd2" ? await destination.describe(table) : undefined;
  if (existing && !existing.columns.some(({ name }) => name.toLowerCase() === VALID_FROM)) {
    throw new DtegError(
      "schema.incompatible",
      `${target} holds rows, and no versions of them: it has no ${VALID_FROM}`,
      {
        column: VALID_FROM,
        hint: "give `write: scd2` a table of its own with `into`, or put one in the place of this: --full-refresh",
      },
    );
  }
  return versionColumns(stream, load);
}

/** The primary key of a table of versions, where the stream says no other. */
export function historyKey(
  { stream }: { readonly stream: Versioned },
  names: Readonly<Record<string, string>>,
): TableOptions {
  if (!isVersioned(stream) || Object.keys(names).length === 0) return {};
  return { primaryKey: [...stream.key.map((column) => names[column] ?? column), VALID_FROM] };
}
