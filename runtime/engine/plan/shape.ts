import { type BytesBatch, DtegError, nearest, type ScanBatch, type Schema, type TypeRow } from "../../../sdk/mod.ts";
import type { ColumnRule, PipelineStream } from "../../config/pipeline.ts";
import { fitColumn } from "../check/fit_column.ts";
import { leftOut, unknownColumns } from "../drift/unknown_columns.ts";
import { type Fitting, keptRow, toldBefore } from "../check/fitting.ts";
import { type Flaw, judgedQuery } from "../check/judged_query.ts";
import { columnAliases, columnRefs } from "../move/column_refs.ts";
import { ruledName } from "./name_rule.ts";
import { type NameLimits, targetNames } from "./names.ts";

/** What a stream's rows become on their way. */
export interface Shape {
  readonly batch: ScanBatch | BytesBatch;
  /** Name in the target by name in the source. */
  readonly names: Readonly<Record<string, string>>;
  /** Faults that the query tells of, each by a column behind those of the schema. */
  readonly flaws: readonly Flaw[];
}

type Rules = Pick<PipelineStream, "select" | "columns" | "names">;

/** Names in the source of the columns that a stream wants, in their order. Unknown ones are refused with the nearest name. */
export function wantedColumns(schema: Schema, { select, columns }: Rules): readonly string[] {
  const known = schema.map(({ name }) => name);
  const check = (name: string) => {
    if (known.includes(name)) return;
    const near = nearest(name, known);
    throw new DtegError("column.unknown", `the stream has no column ${JSON.stringify(name)}; it has ${shown(known)}`, {
      column: name,
      hint: near ? `did you mean ${near}?` : undefined,
    });
  };
  select.forEach(check);
  columns.forEach(({ name }) => check(name));
  const dropped = new Set(columns.filter(({ drop }) => drop).map(({ name }) => name));
  const wanted = (select.length ? select : known).filter((name) => !dropped.has(name));
  if (wanted.length === 0) {
    throw new DtegError("column.unknown", "no column is left: `select` and `columns` take all away");
  }
  return wanted;
}

/** What names a target can hold, and those that its columns got before. */
export interface Naming extends NameLimits {
  /** Name in the target by name in the source. */
  readonly before?: Readonly<Record<string, string>>;
  /** The target's types: values are brought to what it holds exactly, or refused. */
  readonly types?: readonly TypeRow[];
  /** How values are found that do not fit. Absent: the query stops at the first one. */
  readonly fitting?: Fitting;
}

/** Applies `select` and `columns` (drop, as, type, mask) and gives each column the name and type that it has in the target. */
export function shapeBatch(
  batch: ScanBatch,
  rules: Rules,
  { types = [], fitting, ...naming }: Naming,
): Shape & { readonly batch: ScanBatch } {
  const { wanted: all, names: allNames, ruleOf } = namesOf(batch.schema, rules, naming);
  const refs = columnRefs(batch, "s");
  const placeOf = (name: string) => batch.schema.findIndex((column) => column.name === name);
  const isUnknown = unknownColumns(fitting);
  const wanted = all.filter((_, index) => !isUnknown(allNames[index]));
  const names = allNames.filter((name) => !isUnknown(name));
  const fitted = wanted.map((name, index) => {
    const at = placeOf(name);
    const aim = { ...ruleOf.get(name), name: names[index], types, fitting };
    return fitColumn({ ...batch.schema[at], ref: refs.columns[at] }, aim);
  });
  const left = all.filter((name) => !wanted.includes(name)).map((name) =>
    leftOut(name, { raw: refs.columns[placeOf(name)], action: fitting?.loss.unknown ?? "ignore" })
  );
  const schema = fitted.map(({ column }) => column);
  const aliases = columnAliases(schema);
  const before = toldBefore(batch, { wanted, fitting });
  const judged = [...fitted.map(({ judged }, index) => ({ ...judged, alias: aliases[index] })), ...left];
  const { query, flaws } = judgedQuery(judged, {
    from: refs.from,
    before: before.map(({ at }) => at),
    ...(fitting?.loss.keepsRows && { more: keptRow(batch, fitting) }),
  });
  const { refused: _, ...rest } = batch;
  return {
    batch: { ...rest, schema, query },
    names: Object.fromEntries(wanted.map((name, index) => [name, names[index]])),
    flaws: [...before, ...flaws],
  };
}

/** A stream of bytes with the names that its columns get; what is wanted of them the source has picked already. */
export function shapeBytes(batch: BytesBatch, rules: Rules, naming: Naming): Shape & { readonly batch: BytesBatch } {
  const masked = rules.columns.find(({ mask }) => mask !== undefined)?.name;
  if (masked !== undefined) {
    throw new DtegError("internal", `bytes of column ${masked}, which is masked, would go unread`);
  }
  const { wanted, names } = namesOf(
    batch.schema,
    { ...rules, select: [], columns: rules.columns.filter(({ drop }) => !drop) },
    naming,
  );
  const schema = batch.schema.map((column, index) => ({ ...column, name: names[index] }));
  const named = Object.fromEntries(wanted.map((name, index) => [name, names[index]]));
  return { batch: { ...batch, schema }, names: named, flaws: [] };
}

function namesOf(schema: Schema, rules: Rules, { before = {}, ...limits }: Omit<Naming, "types" | "fitting">) {
  const wanted = wantedColumns(schema, rules);
  const ruleOf = new Map<string, ColumnRule>(rules.columns.map((rule) => [rule.name, rule]));
  const asked = wanted.map((name) => {
    const as = ruleOf.get(name)?.as;
    return {
      name: as ?? ruledName(name, rules.names),
      source: name,
      before: own(before, name),
      isGiven: as !== undefined,
    };
  });
  refuseDoubles(asked, limits);
  const names = targetNames(asked, limits);
  return { wanted, names, ruleOf };
}

/** A column that is picked twice, or given the name of another one, is a slip: no name is made up for it. */
function refuseDoubles(
  asked: readonly { readonly name: string; readonly source: string; readonly isGiven: boolean }[],
  { foldsCase }: NameLimits,
): void {
  const fold = (name: string) => foldsCase ? name.toLowerCase() : name;
  const first = new Map<string, (typeof asked)[number]>();
  for (const column of asked) {
    const other = first.get(fold(column.name));
    if (!other) first.set(fold(column.name), column);
    else if (column.source === other.source || column.isGiven || other.isGiven) {
      throw new DtegError("column.duplicate", `two columns would be named ${JSON.stringify(column.name)}`, {
        column: column.name,
        hint: "give each its own name: columns: { a: { as: b } }",
      });
    }
  }
}

const own = (names: Readonly<Record<string, string>>, name: string) =>
  Object.hasOwn(names, name) ? names[name] : undefined;

function shown(names: readonly string[]): string {
  const some = names.slice(0, 8).join(", ");
  return names.length > 8 ? `${some} and ${names.length - 8} more` : some || "none";
}
