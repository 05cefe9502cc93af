import {
  type Column,
  type Destination,
  DtegError,
  type Existing,
  formatName,
  type PlannedTarget,
  targetType,
  typeText,
} from "../../../sdk/mod.ts";
import { hideValues } from "../mask/hidden_values.ts";
import { type Masks, masksOf } from "../mask/mask_state.ts";
import { errorReport } from "../../store/error_report.ts";
import { asError, type RunContext } from "../run_context.ts";
import type { StreamJob } from "../stream_job.ts";
import { cursorStart } from "../cursor/cursor_start.ts";
import { keptStatements } from "../undo/kept_statements.ts";
import { type LossRules, lossRules } from "../check/loss_rules.ts";
import { openDestination, openSource } from "../ask/open_end.ts";
import { nativeOf } from "../drift/column_drift.ts";
import type { Decision } from "../drift/contract.ts";
import { areChanges, driftOfLoad, plannedTarget } from "../drift/drift_of_load.ts";
import { type PlannedShape, plannedShape } from "./planned_shape.ts";
import {
  blankPlan,
  type ColumnChange,
  type PlannedAction,
  PlannedColumn,
  PlannedExisting,
  StreamPlan,
} from "./run_plan.ts";

/** A stream's plan, and what is wrong with it. */
export interface PlannedStream {
  readonly plan: StreamPlan;
  readonly error?: DtegError;
}

/** What a run would do with a stream. It never throws but when it is interrupted: what is wrong is in the plan. */
export async function planStream(
  job: StreamJob,
  context: RunContext,
  { rows }: { readonly rows: number | null },
): Promise<PlannedStream> {
  const { name, target, stream: { write, key } } = job;
  const empty: StreamPlan = { ...blankPlan({ name, target, write, key }), rows };
  try {
    const plan = { ...empty, ...await lookAt(job, context) };
    const error = plan.refused;
    const { refused: _, ...shown } = plan;
    return error ? { plan: { ...shown, error: errorReport(error) }, error } : { plan: shown };
  } catch (thrown) {
    context.signal.throwIfAborted();
    const error = asError(hideValues(DtegError.from(thrown), job.stream), context);
    return { plan: { ...empty, error: errorReport(error) }, error };
  }
}

type Found =
  & Pick<
    StreamPlan,
    | "action"
    | "bytes"
    | "columns"
    | "statements"
    | "existing"
    | "changes"
    | "warnings"
    | "key"
    | "alters"
    | "cursor"
    | "deletes"
    | "load"
  >
  & { readonly refused?: DtegError };

async function lookAt(job: StreamJob, context: RunContext): Promise<Found> {
  const { pipeline, stream, table, target } = job;
  await using from = await openSource(pipeline.source, context);
  await using to = await openDestination(pipeline.destination, context, { beside: from.host });
  const { destination } = to;
  const existing = await destination.describe(table); // before the source: one database opened to be written can be read too
  const state = await destination.state.read(table);
  const { connector: system } = pipeline.destination;
  const shape = await plannedShape(stream, { source: from.source, destination, host: from.host }, {
    existing,
    state,
    system,
  });
  const { schema, names, isGuessed } = shape;
  const { decisions, evolve, errors } = await driftOfLoad(job, {
    schema,
    names,
    destination,
    existing,
    before: state,
    isGuessed,
  });
  const aim: PlannedTarget = { ...plannedTarget(job, shape), ...(evolve && { evolve }) };
  const refused = [
    ...lossyErrors(shape, destination, { label: formatName(table), loss: lossRules(stream) }),
    ...errors,
  ];
  const planned = refused.length > 0 && existing && evolve
    ? { statements: [], error: undefined }
    : await statementsOf(destination, aim).catch((thrown) => {
      if (!(thrown instanceof DtegError) || thrown.failure !== "schema") throw thrown;
      return { statements: [], error: thrown };
    });
  const { statements } = planned;
  if (planned.error) refused.push(planned.error);
  const start = await cursorStart(job, { destination, log: to.host.log, interval: context.interval });
  const areAlters = areChanges(statements);
  const action = actionOf(aim, { existing, stays: existing !== undefined && areAlters });
  const nativeTo = (column: Column) => nativeOf(column, { types: destination.types, system });
  return {
    action,
    alters: ["create", "replace", "refill"].includes(action) || (areAlters && statements.length > 0),
    cursor: start ? { columns: start.read.columns, from: start.read.since?.value ?? null } : null,
    deletes: stream.deletes?.how ?? null,
    load: state?.load ?? null,
    bytes: shape.bytes,
    key: aim.key,
    columns: columnsOf(shape, { destination, system, nativeOf: nativeTo, masks: masksOf(stream, undefined), stream }),
    statements: keptStatements(statements, { keep: stream.keep, table: table.name }).map(context.mask),
    existing: existing ? existingOf(existing) : null,
    changes: decisions.map(changeOf),
    warnings: [...from.host.warnings, ...to.host.warnings, ...questionOf(target, { existing, stream })],
    refused: refused[0]?.with({ others: refused.slice(1) }),
  };
}

async function statementsOf(
  destination: Destination,
  aim: PlannedTarget,
): Promise<{ readonly statements: readonly string[]; readonly error?: DtegError }> {
  return { statements: await destination.plan(aim) };
}

function changeOf({ drift, next, error }: Decision): ColumnChange {
  const rest = { next, refused: error?.code ?? null };
  if (drift.kind === "added") return { column: drift.column.name, change: "added", from: null, to: drift.to, ...rest };
  const { name, native } = drift.there;
  if (drift.kind === "dropped") return { column: name, change: "dropped", from: native, to: null, ...rest };
  return { column: drift.column.name, change: "type", from: native, to: drift.to, ...rest };
}

function actionOf(
  { write }: PlannedTarget,
  { existing, stays }: { readonly existing?: Existing; readonly stays: boolean },
): PlannedAction {
  if (!existing) return "create";
  if (write !== "replace") return write;
  return stays ? "refill" : "replace";
}

function columnsOf(
  { read, schema, names }: PlannedShape,
  { destination, system, nativeOf, masks, stream }: {
    readonly destination: Destination;
    readonly system: string;
    readonly nativeOf: (column: Column) => string;
    readonly masks: Masks;
    readonly stream: StreamJob["stream"];
  },
): readonly PlannedColumn[] {
  const { onLoss } = lossRules(stream);
  const isRuled = (name: string) => stream.columns.some((rule) => rule.name === name && (rule.type || rule.onLoss));
  const sourceOf = new Map(Object.entries(names).map(([name, target]) => [target, name]));
  return schema.map((column) => {
    const name = sourceOf.get(column.name) ?? column.name;
    const found = read.find((one) => one.name === name) ?? column;
    const to = nativeOf(column);
    const { grade, note = null } = rowOf(column, { before: found, types: destination.types });
    const isSame = column.native?.system === system && column.native.type === to;
    const mask = masks[name], loss = onLoss(name);
    const isOdd = grade === "exact except" || grade === "lossy";
    const notes = [
      ...(mask !== undefined ? [`mask: ${mask}`] : isSame || grade === "exact" || note === null ? [] : [note]),
      ...(loss !== "fail" && (isRuled(name) || isOdd) ? [`on_loss: ${loss}`] : []),
    ];
    return {
      name,
      target: column.name,
      from: found.native?.type ?? typeText(found.type),
      to,
      grade: isSame ? "exact" : grade,
      note: notes.length > 0 ? notes.join("; ") : null,
    };
  });
}

/** The row that judged a column: the type that it brought values to may be one of another row. */
function rowOf(
  column: Column,
  { before, types }: { readonly before: Column; readonly types: Destination["types"] },
): Destination["types"][number] {
  const own = targetType(types, before);
  const brought = own.through?.(before.type);
  return brought && typeText(brought) === typeText(column.type) ? own : targetType(types, column);
}

function existingOf({ columns, madeByDteg, isKept = false, isAltered = false, rows }: Existing): PlannedExisting {
  return {
    madeByDteg,
    isKept,
    isAltered,
    rows: rows ?? null,
    columns: columns.map(({ name, native }) => ({ name, type: native })),
  };
}

/** A replace of what dteg did not make wants a yes. */
function questionOf(
  target: string,
  { existing, stream }: { readonly existing?: Existing; readonly stream: StreamJob["stream"] },
): readonly string[] {
  if (!existing || existing.madeByDteg || stream.write !== "replace" || stream.adopt) return [];
  const what = existing.isAltered ? "was changed since dteg wrote it" : "was not made by dteg";
  return [`${target} ${what}: \`dteg run\` asks before it replaces it, or wants -y`];
}

function lossyErrors(
  { schema, names }: PlannedShape,
  { types }: Destination,
  { label, loss }: { readonly label: string; readonly loss: LossRules },
): readonly DtegError[] {
  return schema.flatMap((column) => {
    const row = targetType(types, column);
    const source = Object.keys(names).find((name) => names[name] === column.name) ?? column.name;
    if (row.grade !== "lossy" || loss.target(source) !== "fail") return [];
    const message = `column ${JSON.stringify(column.name)} is ${typeText(column.type)}, which ${label} holds only as ${
      row.to(column.type)
    }, with loss`;
    const hint = `declare a type that it can hold: columns: { ${column.name}: { type: text } }`;
    return [new DtegError("schema.lossy", message, { column: column.name, hint })];
  });
}
