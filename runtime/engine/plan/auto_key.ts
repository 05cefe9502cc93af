import { DtegError, type Log } from "../../../sdk/mod.ts";
import { usualWrite } from "../../config/around/stream_cursor.ts";
import type { NamedStream } from "../stream_job.ts";
import type { PickedStream } from "./pick_streams.ts";

/** The streams with the key that `key: auto` means: the source's primary key. Those that have none are refused, all at once. */
export function autoKeys(picked: readonly PickedStream[], log: Log): readonly NamedStream[] {
  const lacking = picked.filter(({ stream, found }) => stream.autoKey === "wanted" && !found?.primaryKey);
  if (lacking.length > 0) throw noKey(lacking);
  return picked.map(({ stream, found }) => {
    if (!stream.autoKey) return stream;
    if (found?.primaryKey) return { ...stream, key: found.primaryKey };
    if (stream.write !== "merge" && stream.write !== "scd2") return stream;
    const write = usualWrite({ cursor: stream.cursor, hasKey: false });
    log.info(
      `${stream.name} has no primary key: its rows are ${write === "append" ? "added" : "replaced"}, not ${
        stream.write === "merge" ? "merged" : "kept in versions"
      }`,
    );
    return { ...stream, write };
  });
}

function noKey(lacking: readonly PickedStream[]): DtegError {
  const names = lacking.map(({ stream }) => stream.name);
  const [first] = names;
  const all = names.length > 8 ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more` : names.join(", ");
  return new DtegError("stream.key", `key: auto: there is no primary key of ${all}`, {
    hint:
      `name its key ({ name: ${first}, key: [id] }), leave it out ("!${first}"), or put \`key: auto\` into \`defaults\`, ` +
      "where a table without key is replaced",
  });
}
