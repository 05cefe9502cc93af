import { type BytesBatch, DtegError } from "../../../sdk/mod.ts";
import { quoteIdentifier } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";
import { fieldLiteral, fieldLoad } from "./field_load.ts";
import { filledValues, type LoadPlace, refuseWarnings } from "./load_data.ts";

/** A statement of about so many characters is sent at once, where the server takes as much. */
const STATEMENT = 1 << 20;
/** What a statement holds beside its rows, and the wire beside the statement. */
const AROUND = 4096;

/** Brings a batch into a table by INSERT statements of many rows: where LOAD DATA is forbidden. Gives the rows that arrived. */
export async function insertRows(
  session: MysqlSession,
  batch: BytesBatch,
  place: LoadPlace,
): Promise<number> {
  const { into, types, filled = [] } = place;
  const values = filledValues(place).map((value) => `,${value}`).join("");
  const loads = batch.schema.map((column) => fieldLoad(column, types.get(column.name) ?? ""));
  const names = [...batch.schema, ...filled].map(({ name }) => quoteIdentifier(name)).join(", ");
  const most = await mostBytes(session);
  const head = `INSERT INTO ${into} (${names}) VALUES `;
  let rows = 0, pending: string[] = [], size = 0;
  const send = async () => {
    if (pending.length === 0) return;
    const sent = pending.length;
    const arrived = await session.change(head + pending.join(","), { action: "load rows into" });
    if (arrived !== sent) await refuseWarnings(session, { into, types });
    rows += arrived;
    pending = [];
    size = 0;
  };
  await session.query("START TRANSACTION");
  for await (const fields of csvRows(batch.stream)) {
    const row = `(${fields.map((field, index) => fieldLiteral(field, loads[index])).join(",")}${values})`;
    const bytes = new TextEncoder().encode(row).length;
    if (bytes > most) throw tooLarge(bytes, { most, row: rows + pending.length + 1 });
    if (size + bytes > Math.min(most, STATEMENT)) await send();
    pending.push(row);
    size += bytes + 1;
  }
  await send();
  await session.query("COMMIT");
  return rows;
}

async function mostBytes(session: MysqlSession): Promise<number> {
  const [row] = await session.query("SELECT @@max_allowed_packet AS bytes");
  return Number(row.bytes) - AROUND;
}

function tooLarge(bytes: number, { most, row }: { readonly most: number; readonly row: number }): DtegError {
  return new DtegError(
    "data.value",
    `row ${row} takes ${bytes} bytes, and the server takes at most ${most} in one statement (max_allowed_packet)`,
    { hint: "allow LOAD DATA LOCAL (local_infile=ON), which has no such limit, or raise max_allowed_packet" },
  );
}

/** The rows of the text form of CSV: an empty field is NULL, one in quotes is text. */
async function* csvRows(stream: ReadableStream<Uint8Array>): AsyncGenerator<readonly (string | null)[]> {
  const special = /[",\n]/g;
  let row: (string | null)[] = [], field = "", isQuoted = false, wasQuoted = false;
  const end = () => {
    row.push(field === "" && !wasQuoted ? null : field);
    field = "";
    wasQuoted = false;
  };
  for await (const text of stream.pipeThrough(new TextDecoderStream("utf-8", { fatal: true, ignoreBOM: true }))) {
    for (let at = 0; at < text.length;) {
      special.lastIndex = at;
      const next = special.exec(text)?.index ?? text.length;
      field += text.slice(at, next);
      at = next + 1;
      const char = text[next];
      if (char === '"') {
        if (!isQuoted && wasQuoted) field += '"'; // the second one of a doubled one
        isQuoted = !isQuoted;
        wasQuoted = true;
      } else if (isQuoted) field += char ?? "";
      else if (char === ",") end();
      else if (char === "\n") {
        end();
        yield row;
        row = [];
      }
    }
  }
}
