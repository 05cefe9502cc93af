import { type TObject, type TProperties, type TSchema, Type } from "@sinclair/typebox";
import { MASKS, NAME_RULES } from "../pipeline.ts";
import { DELETE_KEYS } from "../around/deletes.ts";
import { LOSS_KEYS, ON_LOSS_SCHEMA } from "../around/loss.ts";
import { PROOF_KEYS } from "../around/proof.ts";
import { RESUME_KEYS } from "../around/resume.ts";
import { TRACE_KEYS } from "../around/traces.ts";
import { COLUMN_TYPES } from "./column_type.ts";
import { LATER_IN_STREAM, LATER_IN_TABLE } from "./later_words.ts";
import { DURATION_PATTERN } from "../size.ts";
import { noted } from "./note.ts";
import { list } from "./wanted.ts";

const closed = { additionalProperties: false };
const name = (description: string) => Type.String({ minLength: 1, description });

function names(description: string) {
  const both = Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })], {
    description,
  });
  return noted(both, { wanted: "the name of a column or a list of them" });
}

const write = Type.Union(
  [Type.Literal("append"), Type.Literal("replace"), Type.Literal("merge"), Type.Literal("scd2")],
  {
    description:
      "How rows meet what the target has: add them, put them in its place, update by key, or keep each version of a row (`scd2`). " +
      "Default: merge with key and cursor, append with cursor alone, else replace.",
  },
);

const columnType = noted(
  Type.String({
    pattern: `^(${COLUMN_TYPES.slice(0, -1).join("|")}|decimal\\s*\\(\\s*\\d+\\s*(,\\s*\\d+\\s*)?\\))$`,
    description: `The column's type: ${list(COLUMN_TYPES)}.`,
  }),
  { wanted: list(COLUMN_TYPES), words: COLUMN_TYPES },
);

const mask = Type.Union([...MASKS.map((word) => Type.Literal(word)), Type.Null()], { // null without quotes is YAML's own
  description:
    "What is loaded in the place of the values: `hash` the same 32 hex digits for the same value, `redact` a fixed text, `partial` " +
    "the last characters, `null` nothing.",
});

const column = noted(
  Type.Object({
    as: Type.Optional(name("Name in the target.")),
    type: Type.Optional(columnType),
    drop: Type.Optional(Type.Boolean({ description: "Leave the column out." })),
    mask: Type.Optional(mask),
    on_loss: Type.Optional(ON_LOSS_SCHEMA),
  }, { ...closed, title: "a column" }),
  { wanted: "a mapping such as { as: total, type: bigint }" },
);

/** How names become those of the target. */
export const namesSchema = Type.Union(NAME_RULES.map((word) => Type.Literal(word)), {
  description:
    "Names of tables and columns in the target: `keep` them as they are, `fold` them to lower case so that SQL without quotes works, or " +
    "make them `snake` case. Names of `into` and `as` stay. Default: keep.",
});

const table = noted(
  Type.Object({
    primary_key: Type.Optional(names("Columns of the primary key.")),
    indexes: Type.Optional(
      noted(
        Type.Array(
          Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })]),
          {
            description: "Indexes: each a column, or a list of columns.",
          },
        ),
        { wanted: "a list of columns, or of lists of columns" },
      ),
    ),
    comment: Type.Optional(Type.String({ description: "Comment of the table." })),
  }, { ...closed, title: "table", description: "Used when dteg makes the table." }),
  { later: LATER_IN_TABLE },
);

const LAG_WANTED = "a duration such as 10m, or a number for a cursor of numbers";
const lag = noted(
  Type.Union([Type.Number({ minimum: 0 }), noted(Type.String({ pattern: DURATION_PATTERN }), { wanted: LAG_WANTED })], {
    description:
      "How far before the last value of the cursor rows are read again: a duration for times, else a number.",
  }),
  { wanted: LAG_WANTED },
);

/** What a stream and `defaults` have in common. */
const shared = {
  into: Type.Optional(
    name("Table, file or folder in the destination; {schema}, {table} and {name} are those of the stream."),
  ),
  write: Type.Optional(write),
  key: Type.Optional(
    names("Columns that tell one row from another; `merge` needs them. `auto`: the source's primary key."),
  ),
  cursor: Type.Optional(
    names(
      "Column whose values grow: each run reads from the last value on. Of a list the first column that the table has.",
    ),
  ),
  lag: Type.Optional(lag),
  late: Type.Optional(
    Type.Union([Type.Literal("scan"), Type.Literal("lag")], {
      description:
        "How rows are found that were committed late, with an older value of the cursor: by a scan for them, where the " +
        "source can, or by `lag` alone. Default: scan.",
    }),
  ),
  ...DELETE_KEYS,
  select: Type.Optional(names("Columns to load, in this order. Default: all.")),
  columns: Type.Optional(
    Type.Record(Type.String(), column, {
      description: "What is to happen to single columns, by their name in the source.",
    }),
  ),
  names: Type.Optional(namesSchema),
  adopt: Type.Optional(Type.Boolean({ description: "The target may be replaced although dteg did not make it." })),
  numbers: Type.Optional(
    Type.Union([Type.Literal("number"), Type.Literal("string")], {
      description: "How big integers and decimals are written as JSON. Default: number.",
    }),
  ),
  ...LOSS_KEYS,
  ...TRACE_KEYS,
  ...PROOF_KEYS,
  ...RESUME_KEYS,
  table: Type.Optional(table),
};

const own = {
  name: name(
    "Name of the stream in the source: table, schema.table, or the base name of a file. * and ? stand for any text and one " +
      'character, and take each table that fits; a name with ! in front is left out. Odd parts stand in double quotes: raw."a*".',
  ),
  sql: Type.Optional(name("A query of the source in place of a table.")),
  where: Type.Optional(name("Condition in the source's SQL; only rows that meet it are read.")),
};

/** The keys of streams that are ours; all others are settings of the source's connector. */
export const STREAM_KEYS: ReadonlySet<string> = new Set([...Object.keys(own), ...Object.keys(shared)]);

/** The schema of a stream; `settings` are what the source's connector adds. */
export function streamSchema(settings: TProperties = {}): TSchema {
  const stream = Type.Object({ ...optional(settings), ...own, ...shared }, { ...closed, title: "a stream" });
  const either = Type.Union([
    name("Name of the stream; all else from `defaults`."),
    noted(stream, { later: LATER_IN_STREAM }),
  ]);
  return noted(either, { wanted: "the name of a stream, or a mapping with the key name" });
}

/** The schema of `defaults`. */
export function defaultsSchema(settings: TProperties = {}): TObject {
  const { path: _, ...rest } = optional(settings);
  const defaults = Type.Object({ ...rest, ...shared }, {
    ...closed,
    title: "defaults",
    description: "For every stream below; a stream's own words win.",
  });
  return noted(defaults, { later: LATER_IN_STREAM });
}

function optional(settings: TProperties): TProperties {
  return Object.fromEntries(Object.entries(settings).map(([key, schema]) => [key, Type.Optional(schema)]));
}
