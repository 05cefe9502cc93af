import { dropClient, type Inflow } from "../connect/client_socket.ts";
import type { MysqlClient } from "../driver.ts";
import { type Cell, csvCells, type RowBytes } from "./csv_cells.ts";

/** A packet of the protocol, as the driver hands it to a command. */
interface Packet extends RowBytes {
  isEOF(): boolean;
}

/** What of the driver's query is used here; it has no public name for it. It calls `row` with each packet that follows the columns. */
interface RowCommand {
  row(packet: Packet, connection: unknown): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
}

/** What stops the stream beside the query's own errors. */
export interface RowStreamOptions {
  readonly cells: readonly Cell[];
  readonly inflow: Inflow;
  /** Calls back when the connection is lost; the result is to be called at the end. */
  onLost(listener: (error: Error) => void): () => void;
  /** An error as users see it. */
  explain(error: unknown): Error;
}

/**
 * The rows of a query as CSV, made of the bytes of the protocol's packets. The socket is read only while somebody reads here: at most a chunk
 * of it and a piece or two are held. The query is sent when the first piece is asked for; one that is broken off ends the connection.
 */
export function rowStream(
  client: MysqlClient,
  sql: string,
  { cells, inflow, onLost, explain }: RowStreamOptions,
): ReadableStream<Uint8Array> {
  const waiting: Uint8Array[] = [];
  let isStarted = false, isDone = false;
  let failure: Error | undefined;

  function start(): void {
    isStarted = true;
    const writer = csvCells(cells, (piece) => waiting.push(piece));
    const query: unknown = client.query(sql);
    if (!isRowCommand(query)) throw new Error("the driver's query has changed: it has no row()");
    inflow.hold();
    const end = (error?: Error) => {
      if (isDone) return;
      isDone = true;
      failure = error;
      forget();
      const rest = writer.rest();
      if (rest.length > 0) waiting.push(rest);
      inflow.release();
    };
    const forget = onLost(end);
    const { row } = query;
    const own = (packet: Packet, connection: unknown) => {
      if (packet.isEOF()) return row.call(query, packet, connection);
      writer.row(packet);
      return own;
    };
    query.row = own;
    query.on("error", end);
    query.on("end", () => end());
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        if (!isStarted) start();
        while (waiting.length === 0 && !isDone) {
          if (!await inflow.next() && !isDone) throw new Error("Connection lost: the server closed it");
        }
      } catch (error) {
        return controller.error(explain(error));
      }
      if (failure) return controller.error(explain(failure));
      const piece = waiting.shift();
      if (piece) controller.enqueue(piece);
      if (isDone && waiting.length === 0) controller.close();
    },
    cancel() {
      if (isStarted && !isDone) dropClient(client); // in the middle of an answer a connection is of no more use
    },
  }, { highWaterMark: 0 });
}

function isRowCommand(query: unknown): query is RowCommand {
  return query instanceof Object && "row" in query && typeof query.row === "function" && "on" in query;
}
