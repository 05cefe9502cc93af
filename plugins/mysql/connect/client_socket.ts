import type { Duplex } from "node:stream";
import type { MysqlClient } from "../driver.ts";

/** The connection's socket, which the driver has no public name for; with TLS another one than it began with. */
export function clientSocket(client: MysqlClient): Duplex {
  return Reflect.get(client, "stream");
}

/** Ends a connection at once. The driver by itself would only say that it sends no more. */
export function dropClient(client: MysqlClient): void {
  client.destroy();
  clientSocket(client).destroy();
}

/** The way of the data from the socket to the driver. */
export interface Inflow {
  /** From now on the driver gets data only when {@linkcode Inflow.next} is called: the server has to wait. */
  hold(): void;
  /** Gives the driver the next data, when there is some; false at the end of the connection. */
  next(): Promise<boolean>;
  /** The driver gets what comes as it comes. */
  release(): void;
}

/** Takes the socket's data out of the driver's hands, for good. To pause the socket is no way to hold the server back: by TLS no data comes after that. */
export function takeInflow(client: MysqlClient): Inflow {
  const socket = clientSocket(client);
  const parsers = socket.listeners("data") as ((chunk: Uint8Array) => void)[];
  if (parsers.length === 0) throw new Error("the driver has changed: it does not listen to its socket");
  socket.removeAllListeners("data");
  let isHeld = false, isEnded = false;
  let wake = () => {};
  const read = () => {
    const chunk: Uint8Array | null = socket.read();
    if (chunk) { for (const parse of parsers) parse(chunk); }
    return chunk !== null;
  };
  const flow = () => {
    while (!isHeld && read());
    wake();
  };
  const onEnd = () => {
    isEnded = true;
    wake();
  };
  socket.on("readable", flow).on("end", onEnd).on("close", onEnd).on("error", onEnd);
  return {
    hold: () => void (isHeld = true),
    async next() {
      while (!read()) {
        if (isEnded || socket.destroyed) return false;
        await new Promise<void>((resolve) => wake = resolve);
      }
      return true;
    },
    release() {
      isHeld = false;
      flow();
    },
  };
}
