import {
  type Column,
  type DataType,
  type Destination,
  type Existing,
  type TargetState,
  targetType,
  type TypeRow,
  typeText,
} from "../../../sdk/mod.ts";
import { isWidening, roomOf } from "./widening.ts";

/** A column that a load and its table do not have alike. */
export type ColumnDrift =
  /** The table lacks it. */
  | { readonly kind: "added"; readonly column: Column; readonly to: string }
  /** The load lacks it. */
  | { readonly kind: "dropped"; readonly there: ExistingColumn }
  /** Its type differs: see {@linkcode TypeDrift}. */
  | { readonly kind: TypeDrift; readonly column: Column; readonly there: ExistingColumn; readonly to: string };

/** `wider`: the load's type holds all that the table's does, and more. `narrower`: the other way round. `other`: neither. */
export type TypeDrift = "wider" | "narrower" | "other";

/** A column that is there. `isOfState`: what is there does not tell its columns; the state says that this one was loaded, and as what. */
export type ExistingColumn = Existing["columns"][number] & { readonly isOfState?: true };

/** What a load comes into. */
export interface Beside {
  readonly columns: readonly ExistingColumn[];
  readonly foldsCase: boolean;
  readonly types: readonly TypeRow[];
  /** Name of the target's connector, whose own types are taken over as they are. */
  readonly system: string;
}

/** What a load into a destination comes into; undefined where nothing is there. */
export function besideOf(
  { can, types }: Pick<Destination, "can" | "types">,
  { existing, before, system }: {
    readonly existing?: Existing;
    readonly before?: Pick<TargetState, "names" | "types">;
    readonly system: string;
  },
): Beside | undefined {
  if (!existing) return undefined;
  const { names = {}, types: loaded = {} } = before ?? {};
  const columns = existing.columns.length > 0
    ? existing.columns
    : Object.entries(names).map(([source, name]) => ({ name, native: loaded[source] ?? "", isOfState: true as const }));
  return columns.length > 0 ? { columns, foldsCase: can.foldsCase, types, system } : undefined;
}

/** What a load's columns and those of its table do not have alike, in the order of the load; dropped ones come last. */
export function columnDrifts(schema: readonly Column[], beside: Beside): readonly ColumnDrift[] {
  const fold = foldOf(beside);
  const there = new Map(beside.columns.map((column) => [fold(column.name), column]));
  const loaded = new Set(schema.map(({ name }) => fold(name)));
  const drifts = schema.flatMap((column): ColumnDrift[] => {
    const found = there.get(fold(column.name));
    const to = nativeOf(column, beside);
    if (!found) return [{ kind: "added", column, to }];
    const kind = typeDrift(column, { ...beside, there: found, to });
    return kind === "same" ? [] : [{ kind, column, there: found, to }];
  });
  const dropped = beside.columns.filter(({ name, filled }) => filled !== "always" && !loaded.has(fold(name)));
  return [...drifts, ...dropped.map((there) => ({ kind: "dropped" as const, there }))];
}

export const foldOf = ({ foldsCase }: { readonly foldsCase: boolean }) => (name: string): string =>
  foldsCase ? name.toLowerCase() : name;

/** The type that a column is loaded as, as the state keeps it: with its length, where it has one. */
export function loadedType({ type, native }: Column): string {
  const hasRoom = native !== undefined && roomOf(native.type, native.system) !== undefined;
  return hasRoom ? `${typeText(type)} ${native.type}` : typeText(type);
}

/** The target's name of a column's type. A type of another system of the same kind is taken over as it is. */
export function nativeOf(column: Column, { types, system }: Pick<Beside, "types" | "system">): string {
  if (column.native?.system === system) return column.native.type;
  return targetType(types, column).to(column.type);
}

function typeDrift(
  column: Column,
  { there, to, types, system }: Beside & { readonly there: ExistingColumn; readonly to: string },
): TypeDrift | "same" {
  if (there.native.toLowerCase() === to.toLowerCase()) return "same";
  if (there.isOfState && (there.native === "" || there.native === loadedType(column))) return "same";
  if (column.native?.system === system) {
    const has = roomOf(there.native, system), wants = roomOf(to, system);
    if (has && wants && has.of === wants.of) {
      return has.room === wants.room ? "same" : has.room > wants.room ? "narrower" : "wider";
    }
  }
  const type = there.holds ?? there.type;
  if (!type) return "other";
  if (typeText(type) === typeText(column.type)) return "same";
  if (isWidening(type, column.type)) return toOf(type, types) === to ? "same" : "wider";
  if (isWidening(column.type, type)) return toOf(type, types) === to ? "same" : "narrower";
  return toOf(type, types) === to ? "same" : "other";
}

/** The type that a column has there, where it is not that of the load and does not hold all of it. */
export function tableTypeOf(column: Column, beside: Beside): DataType | undefined {
  const fold = foldOf(beside);
  const there = beside.columns.find(({ name }) => fold(name) === fold(column.name));
  if (!there) return undefined;
  const drift = typeDrift(column, { ...beside, there, to: nativeOf(column, beside) });
  return drift === "wider" || drift === "other" ? there.holds ?? there.type : undefined;
}

const toOf = (type: DataType, types: readonly TypeRow[]) => types.find((row) => row.matches(type))?.to(type);
