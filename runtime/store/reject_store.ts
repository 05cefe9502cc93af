import { join } from "node:path";
import { lifeOf } from "./process_mark.ts";
import type { Reject, RejectHead, RejectSet, RejectWriter } from "./reject.ts";
import {
  beginRejects,
  commitPending,
  fileStem,
  guarded,
  headPath,
  pendingHead,
  pendingOf,
  readHead,
  readRejects,
  removeIfThere,
  removePending,
  rowsPath,
} from "./reject_file.ts";

const DAY_MS = 86_400_000;

/** What a load needs of the store. */
export interface RejectSink {
  /** Rows are begun for a load that sets none aside, too. */
  readonly always?: boolean;
  /** Begins the rows of a load. */
  begin(head: RejectHead): RejectWriter;
  /**
   * Settles what dead loads of a stream left: rows of a load that the target knows as committed show, others go. Loads that live are
   * left alone.
   */
  settle(stream: Pick<RejectHead, "pipeline" | "stream">, isCommitted: (load: string) => boolean): void;
}

/** Which sets are meant. */
export interface RejectFilter {
  readonly run?: string;
  readonly stream?: string;
}

/** Rejected rows: `rejects/RUN/STREAM.ndjson` in the folder of state, for this user alone. */
export interface RejectStore extends RejectSink {
  /** The newest runs first. */
  list(filter?: RejectFilter): readonly RejectSet[];
  rows(set: RejectSet): Iterable<Reject>;
  remove(set: RejectSet): void;
  /** Removes what is older; gives how many sets. */
  prune(options: { readonly days: number }): number;
}

/** The rejected rows in a folder of state; it is made with the first of them. */
export function openRejectStore(folder: string): RejectStore {
  const root = join(folder, "rejects");
  const folderOf = (run: string) => join(root, run);
  const runs = () => namesIn(root).toSorted().toReversed();

  function list({ run, stream }: RejectFilter = {}): RejectSet[] {
    return guarded(
      root,
      () =>
        runs().filter((one) => run === undefined || one === run).flatMap((one) =>
          namesIn(folderOf(one)).filter((name) => name.endsWith(".ndjson")).toSorted().flatMap((name) => {
            const stem = name.slice(0, -".ndjson".length);
            const head = readHead(headPath(folderOf(one), stem));
            if (!head || (stream !== undefined && head.stream !== stream)) return [];
            const path = rowsPath(folderOf(one), stem);
            let rows = 0, replayed = 0;
            for (const reject of readRejects(path)) {
              rows++;
              if (reject.replayed !== undefined) replayed++;
            }
            return [{ head, rows, replayed, bytes: Deno.statSync(path).size }];
          })
        ),
    );
  }

  function remove(head: RejectHead): void {
    const inside = folderOf(head.run), stem = fileStem(head);
    guarded(inside, () => {
      removeIfThere(rowsPath(inside, stem));
      removeIfThere(headPath(inside, stem));
      if (namesIn(inside).length === 0) Deno.removeSync(inside);
    });
  }

  return {
    begin: (head) => beginRejects(folderOf(head.run), head),
    settle({ pipeline, stream }, isCommitted) {
      const wanted = fileStem({ pipeline, stream });
      for (const run of runs()) {
        for (const name of namesIn(folderOf(run))) {
          const pending = pendingOf(name);
          if (pending?.stem !== wanted) continue;
          const inside = folderOf(run);
          const moved = readHead(headPath(inside, wanted)); // a kill between the two renames of a commit
          const head = pendingHead(inside, pending) ?? (moved?.load === pending.load ? moved : undefined);
          if (head && isCommitted(pending.load)) commitPending(inside, pending);
          else if (!head || lifeOf(head.process) === "gone" || isOld(head)) removePending(inside, pending);
        }
      }
    },
    list,
    rows: ({ head }) => readRejects(rowsPath(folderOf(head.run), fileStem(head))),
    remove: ({ head }) => remove(head),
    prune({ days }) {
      const isPast = ({ at }: RejectHead) => Date.parse(at) < Date.now() - days * DAY_MS;
      const old: RejectHead[] = [];
      for (const run of runs()) {
        for (const name of namesIn(folderOf(run))) {
          const pending = pendingOf(name);
          if (pending) {
            const head = pendingHead(folderOf(run), pending);
            if (head && isPast(head)) removePending(folderOf(run), pending);
            continue;
          }
          const head = name.endsWith(".json") ? readHead(join(folderOf(run), name)) : undefined;
          if (head && !/\.pending\.json$/.test(name) && isPast(head)) old.push(head);
        }
      }
      old.forEach(remove);
      return old.length;
    },
  };
}

/** Of another container it cannot be known whether it lives; a day is longer than loads take. */
const isOld = ({ at }: RejectHead) => Date.parse(at) < Date.now() - DAY_MS;

function namesIn(folder: string): readonly string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}
