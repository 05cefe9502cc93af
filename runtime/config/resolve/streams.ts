import { DtegError, parseName, type TableName, type TableOptions, type WriteMode } from "../../../sdk/mod.ts";
import { deletesOf } from "../around/deletes.ts";
import { lossOf, onLossOf } from "../around/loss.ts";
import { proofOf } from "../around/proof.ts";
import { resumeOf } from "../around/resume.ts";
import { tracesOf } from "../around/traces.ts";
import { columnType } from "../form/column_type.ts";
import { unfitKey } from "../form/unfit_key.ts";
import { isPattern, parsePattern, type StreamPattern } from "../form/stream_pattern.ts";
import { STREAM_KEYS } from "../form/stream_schema.ts";
import { list } from "../form/wanted.ts";
import { type ColumnRule, type Mask, MASKS, NAME_RULES, type NameRule, type PipelineStream } from "../pipeline.ts";
import { cursorOf, usualWrite } from "../around/stream_cursor.ts";
import { fault, isMap, member, type Plain, type PlainMap, type Tree, valueAt } from "../tree/tree.ts";

/** Streams with their defaults, and what is wrong with them beyond their form. */
export interface ResolvedStreams {
  readonly streams: readonly PipelineStream[];
  /** Patterns of streams that wildcards leave out. */
  readonly exclude: readonly string[];
  readonly errors: readonly DtegError[];
}

/** The streams of a tree whose form is right. A stream's words are its own, then those of the last wildcard that takes it, then `defaults`. */
export function resolveStreams(tree: Tree): ResolvedStreams {
  const errors: DtegError[] = [];
  const seen = new Set<string>();
  const list = valueAt(tree.root, "/streams");
  const entries = (Array.isArray(list) ? list : []).flatMap((own: Plain, at) => {
    const entry = entryOf(tree, member("/streams", at), { own, errors });
    return entry ? [entry] : [];
  });
  const wildcards = entries.filter(({ pattern }) => pattern && !pattern.excludes);
  const streams: PipelineStream[] = [];
  const rule = valueAt(tree.root, "/names");
  const ofPipeline: PlainMap = isRule(rule) ? { names: rule } : {};
  for (const entry of entries) {
    if (entry.pattern?.excludes) continue;
    const { wildcard, error } = entry.pattern ? {} : wildcardOf(tree, entry, wildcards);
    const layers = {
      own: entry,
      ...(wildcard && { wildcard }),
      defaults: { ...ofPipeline, ...mapAt(tree, "/defaults") },
    };
    const { stream, errors: wrong } = streamOf(tree, layers);
    errors.push(...wrong, ...(error ? [error] : []));
    streams.push(stream);
    const identity = JSON.stringify([stream.name, stream.into]);
    if (seen.has(identity)) {
      errors.push(fault(tree, entry.pointer, {
        code: "pipeline.invalid",
        message: `the stream ${JSON.stringify(stream.name)} stands twice with the same target`,
        hint: "leave one out, or give them different `into`",
      }));
    }
    seen.add(identity);
  }
  if (streams.length === 0 && entries.length > 0) {
    errors.push(fault(tree, entries[0].namePointer, {
      code: "stream.none",
      message: "all of `streams` leave something out, and none is left to load",
      hint: 'name what they leave it out of: "public.*", or "*" for all',
    }));
  }
  const left = entries.flatMap(({ pattern }) => pattern?.excludes ? [pattern.text] : []);
  return { streams, exclude: left, errors };
}

/** An entry of `streams`. */
interface Entry {
  readonly pointer: string;
  readonly words: PlainMap;
  /** Where its name stands. */
  readonly namePointer: string;
  readonly name: string | null;
  /** Where its name is one. */
  readonly pattern?: StreamPattern;
}

function entryOf(
  tree: Tree,
  pointer: string,
  { own, errors }: { readonly own: Plain; readonly errors: DtegError[] },
): Entry | undefined {
  const isName = typeof own === "string";
  const words: PlainMap = isName ? { name: own } : isMap(own) ? own : {};
  const name = typeof words.name === "string" ? words.name : null;
  const entry = { pointer, words, name, namePointer: isName ? pointer : member(pointer, "name") };
  if (name === null || !isPattern(name)) return entry;
  try {
    const pattern = parsePattern(name);
    const extra = Object.keys(words).find((word) =>
      pattern.excludes ? word !== "name" : word === "sql" || word === "path"
    );
    if (extra === undefined) return { ...entry, pattern };
    const reason = pattern.excludes
      ? `leaves streams out: "${extra}" has no meaning there`
      : `stands for streams that the source has: "${extra}" makes one of its own`;
    errors.push(fault(tree, member(pointer, extra), {
      code: "pipeline.invalid",
      message: `${JSON.stringify(name)} ${reason}`,
      hint: pattern.excludes ? `write ${JSON.stringify(name)} alone` : "give it a name without * and ?",
    }));
  } catch (error) {
    const { code, message, hint } = DtegError.from(error);
    errors.push(fault(tree, entry.namePointer, { code, message, hint }));
  }
}

/** The last wildcard that takes a stream which is named. */
function wildcardOf(
  tree: Tree,
  { name, words, namePointer }: Entry,
  wildcards: readonly Entry[],
): { readonly wildcard?: Entry; readonly error?: DtegError } {
  if (name === null || words.sql !== undefined || words.path !== undefined || wildcards.length === 0) return {};
  const table = tableName(name);
  if (!table) return {}; // its form is told when it is looked for
  const wildcard = wildcards.findLast(({ pattern }) => pattern?.matches(table));
  const later = wildcards.slice(wildcards.findLastIndex((one) => one === wildcard) + 1);
  const unsure = table.schema === undefined
    ? later.find(({ pattern, words }) => Object.keys(words).length > 1 && pattern?.matchesLast(table.name))
    : undefined;
  if (!unsure) return { ...(wildcard && { wildcard }) };
  return {
    error: fault(tree, namePointer, {
      code: "pipeline.invalid",
      message: `the stream ${JSON.stringify(name)} may be one of ${
        JSON.stringify(unsure.name)
      }, whose words would count for it`,
      hint: "write it with its schema",
    }),
  };
}

function tableName(name: string): TableName | undefined {
  try {
    return parseName(name);
  } catch {
    return undefined;
  }
}

interface Layers {
  readonly own: Entry;
  readonly wildcard?: Entry;
  readonly defaults: PlainMap;
}

function streamOf(
  tree: Tree,
  { own: { pointer, words, name, pattern }, wildcard, defaults }: Layers,
): { readonly stream: PipelineStream; readonly errors: readonly DtegError[] } {
  const middle = wildcard?.words ?? {};
  const all: PlainMap = { ...defaults, ...middle, ...words };
  const isStated = (key: string) => key in words || key in middle;
  const whereIs = (key: string) =>
    key in words ? member(pointer, key) : member(wildcard && key in middle ? wildcard.pointer : "/defaults", key);
  const key = all.key === "auto" ? [] : names(all.key);
  const { cursor, errors: cursorFaults } = cursorOf(tree, {
    all,
    words,
    isWild: pattern !== undefined,
    whereIs,
    name,
  });
  const write = (all.write ?? usualWrite({ cursor, hasKey: all.key !== undefined })) as WriteMode;
  const isQuery = all.sql !== undefined;
  const problems: DtegError[] = [...cursorFaults];

  if (all.key === "auto" && isQuery && isStated("key")) {
    problems.push(fault(tree, whereIs("key"), {
      code: "stream.key",
      message: `the stream ${JSON.stringify(name)} is a query, which has no primary key`,
      hint: "name the columns: key: [id]; a column called auto is key: [auto]",
    }));
  }
  const byKey = write === "merge" || write === "scd2";
  if (byKey && key.length === 0 && all.key !== "auto") {
    problems.push(fault(tree, whereIs("write"), {
      code: "stream.write_mode",
      message: tree.path === null
        ? `--write ${write} wants a key`
        : `write: ${write} of the stream ${JSON.stringify(name)} wants a key`,
      hint: tree.path === null
        ? "add --key COLUMN, or --key auto for the source's primary key"
        : "add key: [COLUMN], or key: auto for the source's primary key",
    }));
  }
  const { deletes, errors: deleteFaults } = deletesOf(tree, { all, write, isStated, whereIs, name });
  problems.push(...deleteFaults);
  const into = typeof all.into === "string" ? all.into : undefined;
  const plain = into?.replace(/\{\{.*?\}\}|\$\{[^}]*\}/g, ""); // what could not be filled in is told already
  const odd = /\{(?!(schema|table|name)\})[^}]*\}?/.exec(plain ?? "")?.[0];
  if (odd) {
    problems.push(fault(tree, whereIs("into"), {
      code: "pipeline.invalid",
      message: `"into" has ${odd}, wanted {schema}, {table} or {name}`,
    }));
  }
  const columns = Object.entries(isMap(all.columns) ? all.columns : {}).map(([column, rule]) =>
    columnRule(tree, member(whereIs("columns"), column), { column, rule: isMap(rule) ? rule : {}, problems })
  );
  const hidden = byKey ? unfitKey({ key, columns }) : undefined;
  if (hidden) problems.push(fault(tree, `${member(whereIs("columns"), hidden.column)}/mask`, hidden.fault));
  const settings = Object.fromEntries(Object.entries(all).filter(([word]) => !STREAM_KEYS.has(word)));
  return {
    errors: problems,
    stream: {
      name,
      ...(pattern && { isWild: true }),
      ...(typeof all.sql === "string" && { sql: all.sql }),
      ...(into !== undefined && { into }),
      write,
      ...(all.write === undefined && cursor && { isUsualWrite: true }),
      key,
      ...(cursor && { cursor }),
      ...(all.key === "auto" &&
        { autoKey: isStated("key") || isStated("write") && byKey ? "wanted" : "if any" }),
      ...(typeof all.where === "string" && { where: all.where }),
      ...(deletes && { deletes }),
      select: names(all.select),
      columns,
      ...(columns.length > 0 && (pattern || !("columns" in words)) && { sharesColumns: true }),
      ...(isRule(all.names) && { names: all.names }),
      adopt: all.adopt === true,
      numbers: all.numbers === "string" ? "string" : "number",
      ...lossOf([words, middle, defaults, mapAt(tree, "")]),
      ...resumeOf([words, middle, defaults]),
      ...proofOf([words, middle, defaults, mapAt(tree, "")]),
      ...tracesOf([words, middle, defaults, mapAt(tree, "")]),
      table: tableOptions(isMap(all.table) ? all.table : {}),
      settings,
    },
  };
}

interface Rule {
  readonly column: string;
  readonly rule: PlainMap;
  readonly problems: DtegError[];
}

function columnRule(tree: Tree, pointer: string, { column, rule, problems }: Rule): ColumnRule {
  const text = typeof rule.type === "string" ? rule.type : undefined;
  const type = text === undefined ? undefined : columnType(text);
  if (text !== undefined && !type) {
    problems.push(fault(tree, `${pointer}/type`, {
      code: "pipeline.invalid",
      message: `"type" is ${JSON.stringify(text)}, wanted decimal(p,s) with p from 1 to 38 and s not above p`,
    }));
  }
  const mask = maskOf(tree, `${pointer}/mask`, { rule, problems });
  const more = rule.as !== undefined ? "a new name" : rule.type !== undefined ? "a type" : "mask" in rule && "a mask";
  if (rule.drop === true && more) {
    problems.push(fault(tree, `${pointer}/drop`, {
      code: "pipeline.invalid",
      message: `the column ${JSON.stringify(column)} is dropped, and yet has ${more}`,
      hint: "leave one of them out",
    }));
  }
  const onLoss = onLossOf(rule.on_loss);
  if (onLoss === "text" && type && type.kind !== "text") {
    problems.push(fault(tree, `${pointer}/on_loss`, {
      code: "pipeline.invalid",
      message: `the column ${JSON.stringify(column)} is declared as ${text}, and "on_loss: text" would make it text`,
      hint: "leave one of them out",
    }));
  }
  return {
    name: column,
    ...(onLoss && { onLoss }),
    ...(typeof rule.as === "string" && { as: rule.as }),
    ...(type && { type }),
    drop: rule.drop === true,
    ...(mask !== undefined && { mask }),
  };
}

const isRule = (value: Plain | undefined): value is NameRule => NAME_RULES.some((word) => word === value);

/** The word `null` is a mask, with and without quotes; a key without a value is a slip. */
function maskOf(tree: Tree, pointer: string, { rule, problems }: Pick<Rule, "rule" | "problems">): Mask | undefined {
  const { mask } = rule;
  if (mask !== null) return MASKS.find((word) => word === mask);
  const span = tree.places.get(pointer)?.value;
  if (!span || tree.text.slice(...span) === "null") return "null";
  problems.push(fault(tree, pointer, { code: "pipeline.invalid", message: `"mask" is empty, wanted ${list(MASKS)}` }));
}

function tableOptions({ primary_key, indexes, comment }: PlainMap): TableOptions {
  return {
    ...(primary_key !== undefined && { primaryKey: names(primary_key) }),
    ...(Array.isArray(indexes) && { indexes: indexes.map(names) }),
    ...(typeof comment === "string" && { comment }),
  };
}

/** A name or a list of names. */
export function names(value: Plain | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat().filter((name) => typeof name === "string");
}

function mapAt(tree: Tree, pointer: string): PlainMap {
  const value = valueAt(tree.root, pointer);
  return isMap(value) ? value : {};
}
