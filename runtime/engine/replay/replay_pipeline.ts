import { Type } from "@sinclair/typebox";
import { join } from "node:path";
import {
  type Batch,
  type Connector,
  type Host,
  parseName,
  type Reader,
  type ReadOptions,
  type Source,
} from "../../../sdk/mod.ts";
import { parsePattern } from "../../config/form/stream_pattern.ts";
import type { ColumnRule, Pipeline, PipelineStream } from "../../config/pipeline.ts";
import type { RejectHead } from "../../store/reject.ts";
import type { RejectStore } from "../../store/reject_store.ts";
import { writeReplayFile } from "./replay_rows.ts";
import type { Replay } from "./replay_sink.ts";

const NAME = "rejects";

/** The stream of a pipeline that rejected rows are of; undefined where it has none by now. */
export function streamOf({ streams }: Pipeline, { stream }: Pick<RejectHead, "stream">): PipelineStream | undefined {
  const name = parseName(stream);
  const fits = (one: PipelineStream) => one.name !== null && parsePattern(one.name).matches(name);
  return streams.find((one) => one.name === stream) ?? streams.find((one) => !one.isWild && fits(one)) ??
    streams.findLast((one) => one.name === null || (one.isWild === true && fits(one)));
}

/**
 * A pipeline that loads rejected rows into where their stream goes: the stream as it is now, but that rows are added where it would replace
 * them, and that what fails again is set aside again. `where`, cursor and hooks have done their part.
 */
export function replayPipeline({ pipeline, stream, set: { head } }: Replay, index: number): Pipeline {
  const { hooks: _, after: __, exclude: ___, only: ____, ...rest } = pipeline;
  const { isWild: _a, sql: _b, where: _c, autoKey: _d, maxRejects: _e, cursor: _f, isUsualWrite, ...kept } = stream;
  const write = isUsualWrite || stream.autoKey ? head.write : stream.write; // what follows from the source, it said then
  return {
    ...rest,
    source: { connector: NAME, config: index, label: `the rejected rows of run ${head.run}`, folder: "/" },
    streams: [{
      ...kept,
      name: head.stream,
      key: stream.key.length > 0 ? stream.key : head.key,
      write: write === "replace" ? "append" : write,
      isReplay: true,
      ...(stream.cursor && { cursorBefore: stream.cursor.columns }),
      rows: "reject",
      onLoss: stream.onLoss === undefined || stream.onLoss === "fail" ? "reject" : stream.onLoss,
      columns: columnsOf(stream.columns, head),
      settings: {},
    }],
  };
}

/** The rules of the stream; what they leave open is the type that the source had. */
function columnsOf(rules: readonly ColumnRule[], { columns }: RejectHead): readonly ColumnRule[] {
  const known = (columns ?? []).filter(({ type }) => type.kind !== "text");
  const open = known.filter(({ name }) => !rules.some((rule) => rule.name === name));
  return [
    ...rules.map((rule): ColumnRule => {
      const type = rule.type ?? (rule.onLoss === "text" ? TEXT : known.find(({ name }) => name === rule.name)?.type);
      const onLoss = rule.onLoss === "fail" ? "reject" : rule.onLoss;
      return { ...rule, ...(onLoss && { onLoss }), ...(type && !rule.drop && { type }) };
    }),
    ...open.map(({ name, type }) => ({ name, type, drop: false })),
  ];
}

const TEXT = { kind: "text" } as const;

/** The connector whose streams are rejected rows; its settings are a number among them. */
export function replayConnector(store: RejectStore, replays: readonly Replay[]): Connector {
  return {
    name: NAME,
    summary: "rows that a run rejected",
    config: Type.Integer(),
    examples: [],
    schemes: [],
    source: (config, host) => replaySource(store, replays[Number(config)], host),
  };
}

function replaySource(store: RejectStore, replay: Replay, host: Host): Source {
  const { set: { head } } = replay;
  const name = parseName(head.stream);
  return {
    check: () => Promise.resolve(),
    async *discover(filter = () => true) {
      if (filter(name)) yield await Promise.resolve({ name, ...(head.key.length > 0 && { primaryKey: head.key }) });
    },
    open() {
      // only now: what an earlier replay left behind at its death is settled
      const file = writeReplayFile(store.rows(replay.set), join(host.tempDir, `replay-${crypto.randomUUID()}.csv`));
      replay.file = file;
      return Promise.resolve<Reader>({
        complete: false,
        snapshotAt: new Date().toISOString(),
        parts: [{ id: "0" }],
        read: () => Promise.resolve(file.rowOf.size === 0 ? NOTHING : batchOf(replay, file.path)),
        verify: () => Promise.resolve(),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Where all rows are replayed, by one that was killed behind its commit. */
const NOTHING: Batch = { kind: "scan", schema: [], query: "SELECT 1 WHERE false" };

const batchOf = (replay: Replay, path: string): Batch => ({
  kind: "files",
  format: "csv",
  paths: [path],
  names: [`rejected rows of ${replay.set.head.stream}`],
  options: optionsOf(replay),
});

/** The file is of our own form; only how the source wrote its dates and moments is still that of the source. */
function optionsOf({ pipeline, stream, set: { head } }: Replay): ReadOptions {
  const plain = { delimiter: ",", quote: '"', escape: '"', header: true };
  if (head.columns) return plain;
  const { config } = pipeline.source;
  const settings: Readonly<Record<string, unknown>> = {
    ...(typeof config === "object" && config !== null ? config : {}),
    ...stream.settings,
  };
  const text = (value: unknown) => typeof value === "string" ? value : undefined;
  return { ...plain, dateFormat: text(settings.date_format), timestampFormat: text(settings.timestamp_format) };
}
