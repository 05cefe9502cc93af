import { type Column, DtegError, type Target, type TargetState } from "../../../sdk/mod.ts";
import type { PipelineStream } from "../../config/pipeline.ts";
import { type ColumnDrift, loadedType } from "./column_drift.ts";

/** What is decided of a column that load and table do not have alike. */
export interface Decision {
  readonly drift: ColumnDrift;
  /** In words: what a run does about it. */
  readonly next: string;
  /** The table's column gets the type of the load. */
  readonly isWidened?: boolean;
  /** Why it stops the load. */
  readonly error?: DtegError;
}

/** What a contract makes of a load. */
export interface Contracted {
  readonly decisions: readonly Decision[];
  /** What the table is given first; absent: nothing. */
  readonly evolve?: Target["evolve"];
  readonly errors: readonly DtegError[];
}

/** A load, and what was loaded before. */
export interface Judged {
  readonly stream: Pick<PipelineStream, "write" | "contract" | "select" | "columns" | "isReplay">;
  /** The table stays, with its columns. */
  readonly stays: boolean;
  /** Names in the target by name in the source. */
  readonly names: Readonly<Record<string, string>>;
  readonly before?: Pick<TargetState, "names" | "types">;
  /** The types of columns that nobody declared are guesses from what happens to stand in a file. */
  readonly isGuessed: boolean;
  /** The target as messages name it. */
  readonly label: string;
}

/** Columns that dteg itself loads: no contract speaks of them. */
const isOwn = (name: string) => name.toLowerCase().startsWith("_dteg_");

/** Decides what becomes of each column that load and table do not have alike: the one place where contracts are kept. */
export function meetContract(drifts: readonly ColumnDrift[], judged: Judged): Contracted {
  const decisions = drifts.map((drift) => ({ drift, ...decide(drift, judged) }));
  const add = decisions.flatMap(({ drift }) => drift.kind === "added" ? [drift.column.name] : []);
  const widen = decisions.flatMap(({ drift, isWidened }) =>
    isWidened && drift.kind === "wider" ? [[drift.column.name, drift.there.native] as const] : []
  );
  return {
    decisions,
    ...(add.length + widen.length > 0 && { evolve: { add, widen: Object.fromEntries(widen) } }),
    errors: decisions.flatMap(({ error }) => error ?? []),
  };
}

type Verdict = Omit<Decision, "drift">;

function decide(drift: ColumnDrift, judged: Judged): Verdict {
  if (drift.kind === "added") return decideAdded(drift.column, judged);
  if (drift.kind === "dropped") return decideDropped(drift.there, judged);
  return decideType(drift, judged);
}

function decideAdded({ name }: Column, { stays, label, stream }: Judged): Verdict {
  if (stream.contract?.columns === "freeze" && !stream.isReplay && !isOwn(name)) {
    const error = new DtegError(
      "contract.columns",
      `column ${JSON.stringify(name)} is new in the source: ${label} has none, and contract.columns is freeze`,
      { column: name, hint: `${leaveOut(name)}, add it to the table, or load it once with contract.columns: evolve` },
    );
    return { next: "refused: contract.columns is freeze", error };
  }
  return { next: stays ? "added to the table, which may be NULL there" : "the new table has it" };
}

function decideDropped({ name, required, filled }: { readonly name: string } & Requirement, judged: Judged): Verdict {
  const { stays, label, stream } = judged;
  if (isOwn(name)) return { next: stays ? "kept" : "gone with the table that is replaced" };
  if (stream.contract?.columns === "freeze" && wasLoaded(name, judged)) {
    const error = new DtegError(
      "contract.columns",
      `column ${JSON.stringify(name)} of ${label} is gone from the source, and contract.columns is freeze`,
      { column: name, hint: `${leaveOut(name)}, or load once with contract.columns: evolve` },
    );
    return { next: "refused: contract.columns is freeze", error };
  }
  if (!stays) return { next: "gone with the table that is replaced" };
  if (!required || filled) {
    return { next: `kept; new rows have ${filled ? "the default" : "NULL"} there` };
  }
  const error = new DtegError(
    "contract.columns",
    `column ${JSON.stringify(name)} of ${label} must have a value and has no default, and the load does not bring it`,
    { column: name, hint: "give it a default there, let it be NULL (DROP NOT NULL), or load a value into it" },
  );
  return { next: "refused: it must have a value and has no default", error };
}

interface Requirement {
  readonly required?: boolean;
  readonly filled?: "always" | "default";
}

/** True for a column of the load before that nobody left out on purpose. */
function wasLoaded(name: string, { before, stream: { select, columns, isReplay } }: Judged): boolean {
  const source = Object.entries(before?.names ?? {}).find(([, target]) => target === name)?.[0];
  if (source === undefined || isReplay) return false;
  const isUnwanted = select.length > 0 && !select.includes(source) ||
    columns.some((rule) => rule.name === source && rule.drop);
  return !isUnwanted;
}

const leaveOut = (name: string) => `leave it out (columns: { ${name}: { drop: true } })`;

function decideType(drift: ColumnDrift & { readonly kind: "wider" | "narrower" | "other" }, judged: Judged): Verdict {
  const { column, there, to, kind } = drift;
  const { stream, stays, label } = judged;
  const word = stream.contract?.types ?? "evolve";
  const refuse = (why: string, hint: string): Verdict => ({
    next: `refused: contract.types is ${word}`,
    error: new DtegError(
      "contract.types",
      `column ${JSON.stringify(column.name)} is ${there.native} in ${label}, and the source has ${to}: ${why}`,
      { column: column.name, hint },
    ),
  });
  const isSettled = stream.isReplay || isNoDrift(column, judged);
  const byValue = { next: "kept as it is; a value that it cannot hold exactly is refused", isWidened: false };
  if (isOwn(column.name)) return byValue;
  if (word === "freeze" && !(isSettled && (kind === "other" || judged.isGuessed))) {
    return refuse(
      "contract.types is freeze",
      `declare what the table has (columns: { ${column.name}: { type: … } }), or load once with contract.types: evolve`,
    );
  }
  if (!stays) return { next: "the new table has the new type" };
  if (word === "reject") return { next: "kept as it is; rows with a value that it does not hold are rejected" };
  if (kind === "narrower") return { next: "kept as it is: it holds all values" };
  if (isSettled) return byValue;
  if (kind === "wider") return { next: "widened", isWidened: true };
  return refuse(
    "that is no widening",
    `declare what the table has (columns: { ${column.name}: { type: … } }), change the table's column, or set contract.types: reject`,
  );
}

/** True where the column came as the same type before, or nothing is known of before: that table and source differ was meant so. */
function isNoDrift(column: Column, { before, names, isGuessed, stream: { columns } }: Judged): boolean {
  const source = Object.keys(names).find((name) => names[name] === column.name) ?? column.name;
  if (isGuessed && !columns.some(({ name, type }) => name === source && type)) return true;
  const was = before?.types?.[source];
  return was === undefined || was === loadedType(column);
}

/** The types that columns are loaded as, by their name in the source: what the state keeps. */
export function loadedTypes(
  schema: readonly Column[],
  names: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const typeOf = new Map(schema.map((column) => [column.name, loadedType(column)]));
  return Object.fromEntries(
    Object.entries(names).flatMap(([source, name]) => {
      const type = typeOf.get(name);
      return type === undefined ? [] : [[source, type]];
    }),
  );
}
