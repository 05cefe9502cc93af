import type { DtegError, TableOptions, WriteMode } from "../../../sdk/mod.ts";
import { columnType } from "../form/column_type.ts";
import { STREAM_KEYS } from "../form/stream_schema.ts";
import type { ColumnRule, PipelineStream } from "../pipeline.ts";
import { fault, isMap, member, type Plain, type PlainMap, type Tree, valueAt } from "../tree/tree.ts";

/** Streams with their defaults, and what is wrong with them beyond their form. */
export interface ResolvedStreams {
  readonly streams: readonly PipelineStream[];
  readonly errors: readonly DtegError[];
}

/** The streams of a tree whose form is right. */
export function resolveStreams(tree: Tree): ResolvedStreams {
  const errors: DtegError[] = [];
  const seen = new Set<string>();
  const list = valueAt(tree.root, "/streams");
  const streams = (Array.isArray(list) ? list : []).map((own: Plain, at) => {
    const pointer = member("/streams", at);
    const stream = streamOf(tree, pointer, own);
    errors.push(...stream.errors);
    const identity = JSON.stringify([stream.stream.name, stream.stream.into]);
    if (seen.has(identity)) {
      errors.push(fault(tree, pointer, {
        code: "pipeline.invalid",
        message: `the stream ${JSON.stringify(stream.stream.name)} stands twice with the same target`,
        hint: "leave one out, or give them different `into`",
      }));
    }
    seen.add(identity);
    return stream.stream;
  });
  return { streams, errors };
}

function streamOf(
  tree: Tree,
  pointer: string,
  own: Plain,
): { readonly stream: PipelineStream; readonly errors: readonly DtegError[] } {
  const defaults = mapAt(tree, "/defaults");
  const words: PlainMap = typeof own === "string" ? { name: own } : isMap(own) ? own : {};
  const all: PlainMap = { ...defaults, ...words };
  const whereIs = (key: string) => key in words ? member(pointer, key) : member("/defaults", key);
  const key = names(all.key);
  const write = (all.write ?? "replace") as WriteMode;
  const problems: DtegError[] = [];

  const name = typeof all.name === "string" ? all.name : null;
  const namePointer = typeof own === "string" ? pointer : whereIs("name");
  if (name !== null && /^!|[*?]/.test(name.replace(/"[^"]*"/g, ""))) {
    problems.push(fault(tree, namePointer, {
      code: "usage",
      message: `this version does not have patterns in stream names yet: ${JSON.stringify(name)}`,
      hint: "name each stream; for files a pattern stands in `path:`; an odd name stands in double quotes: '\"a*\"'",
    }));
  }
  if (all.key === "auto") {
    problems.push(fault(tree, whereIs("key"), {
      code: "usage",
      message: "this version does not have `key: auto` yet",
      hint: "name the columns: key: [id]; a column called auto is key: [auto]",
    }));
  }
  if (write === "merge" && key.length === 0) {
    problems.push(fault(tree, whereIs("write"), {
      code: "stream.write_mode",
      message: tree.path === null
        ? "--write merge wants a key"
        : `write: merge of the stream ${JSON.stringify(name)} wants a key`,
      hint: tree.path === null ? "add --key COLUMN" : "add key: [COLUMN]",
    }));
  }
  const into = typeof all.into === "string" ? all.into : undefined;
  const odd = /\{(?!(schema|table|name)\})[^}]*\}?/.exec(into ?? "")?.[0];
  if (odd) {
    problems.push(fault(tree, whereIs("into"), {
      code: "pipeline.invalid",
      message: `"into" has ${odd}, wanted {schema}, {table} or {name}`,
    }));
  }
  const columns = Object.entries(isMap(all.columns) ? all.columns : {}).map(([column, rule]) =>
    columnRule(tree, member(whereIs("columns"), column), { column, rule: isMap(rule) ? rule : {}, problems })
  );
  const settings = Object.fromEntries(Object.entries(all).filter(([word]) => !STREAM_KEYS.has(word)));
  return {
    errors: problems,
    stream: {
      name,
      ...(typeof all.sql === "string" && { sql: all.sql }),
      ...(into !== undefined && { into }),
      write,
      key,
      ...(typeof all.where === "string" && { where: all.where }),
      select: names(all.select),
      columns,
      adopt: all.adopt === true,
      numbers: all.numbers === "string" ? "string" : "number",
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
  if (rule.drop === true && (rule.as !== undefined || rule.type !== undefined)) {
    problems.push(fault(tree, `${pointer}/drop`, {
      code: "pipeline.invalid",
      message: `the column ${JSON.stringify(column)} is dropped, and yet has ${
        rule.as === undefined ? "a type" : "a new name"
      }`,
      hint: "leave one of them out",
    }));
  }
  return {
    name: column,
    ...(typeof rule.as === "string" && { as: rule.as }),
    ...(type && { type }),
    drop: rule.drop === true,
  };
}

function tableOptions({ primary_key, indexes, comment }: PlainMap): TableOptions {
  return {
    ...(primary_key !== undefined && { primaryKey: names(primary_key) }),
    ...(Array.isArray(indexes) && { indexes: indexes.map(names) }),
    ...(typeof comment === "string" && { comment }),
  };
}

function names(value: Plain | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat().filter((name) => typeof name === "string");
}

function mapAt(tree: Tree, pointer: string): PlainMap {
  const value = valueAt(tree.root, pointer);
  return isMap(value) ? value : {};
}
