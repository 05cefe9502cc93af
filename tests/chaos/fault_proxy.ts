import { createServer, type Socket } from "node:net";
import { connect } from "node:net";
import { Frames, type WireForm } from "./frames.ts";

/** What goes wrong on the way between dteg and a server. */
export type Fault =
  /** Each piece comes late. */
  | { readonly kind: "latency"; readonly milliseconds: number }
  /** After so many bytes, of both directions and all connections: nothing for a while; the connection ends, or breaks; nothing ever comes again. */
  | { readonly kind: "stall" | "cut" | "reset" | "half-open"; readonly after: number; readonly milliseconds?: number }
  /**
   * At a statement, counted from 1: the connection is lost before the server gets it, or when the server has done it and its reply is
   * on the way. `onAct` comes before the loss; `never`: nothing is lost.
   */
  | {
    readonly kind: "statement";
    readonly matches: (sql: string) => boolean;
    readonly number: number;
    readonly lost: "before" | "after" | "never";
    readonly onAct?: () => void | Promise<void>;
  };

/** A wire between dteg and a server that can be disturbed. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** Forgets what went by, and has this fault from now on; without one all goes by. */
  arm(fault?: Fault): void;
  /** What went by since. */
  seen(): { readonly bytes: number; readonly statements: readonly string[] };
  /** True when the fault has taken place. */
  hasStruck(): boolean;
}

/** Opens a wire to a port of this machine. TLS must be off on it. */
export async function openFaultProxy(port: number, form: WireForm): Promise<FaultProxy> {
  const live = new Set<Socket>();
  let fault: Fault | undefined;
  let bytes = 0, hasStruck = false, acts = 0;
  let statements: string[] = [];
  let stalled: Promise<void> | undefined;

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const onward = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const both = [client, onward];
    let isMute = false; // what the server says does not arrive
    let replied: (() => void) | undefined;
    const lose = (how: "cut" | "reset") => both.forEach((end) => how === "cut" ? end.destroy() : end.resetAndDestroy());
    both.forEach((end) => {
      live.add(end);
      end.setNoDelay(true);
      end.on("error", () => {}); // told by its close
      end.on("close", () => {
        live.delete(end);
        both.forEach((other) => other.destroy());
      });
    });

    /** True where the piece may go on. */
    async function passes(size: number): Promise<boolean> {
      const over = bytes + size;
      bytes = over;
      if (!fault) return true;
      switch (fault.kind) {
        case "latency":
          hasStruck = true;
          await rest(fault.milliseconds);
          return true;
        case "statement":
          return true;
        case "half-open":
          hasStruck ||= over > fault.after;
          return !hasStruck;
        case "stall":
          if (over > fault.after && !hasStruck) {
            hasStruck = true;
            stalled = rest(fault.milliseconds ?? 1000).then(() => stalled = undefined);
          }
          await stalled;
          return true;
        case "cut":
        case "reset":
          if (over <= fault.after || hasStruck) return true;
          hasStruck = true;
          lose(fault.kind);
          return false;
      }
    }

    /** Does what is to happen at a statement; true where it goes on as if nothing were. */
    async function atStatement(sql: string, send: () => Promise<void>): Promise<boolean> {
      statements.push(sql);
      if (fault?.kind !== "statement" || hasStruck || !fault.matches(sql) || ++acts !== fault.number) return true;
      hasStruck = true;
      const { lost, onAct } = fault;
      if (lost === "after") {
        isMute = true;
        const reply = new Promise<void>((resolve) => replied = resolve);
        await send();
        reply.then(async () => {
          await onAct?.();
          lose("cut");
        });
        return false;
      }
      await onAct?.();
      if (lost === "never") return true;
      lose("cut");
      return false;
    }

    const up = new Frames(form, "client"), down = new Frames(form, "server");
    pump(client, onward, async (chunk, write) => {
      for (const { bytes, statement } of up.cut(chunk)) {
        if (!await passes(bytes.length)) continue;
        if (statement === undefined || await atStatement(statement, () => write(bytes))) await write(bytes);
      }
    });
    pump(onward, client, async (chunk, write) => {
      for (const { bytes, endsReply } of down.cut(chunk)) {
        if (isMute && endsReply) replied?.();
        if (await passes(bytes.length) && !isMute) await write(bytes);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the wire has no port");
  return {
    port: address.port,
    arm(next) {
      for (const end of live) end.destroy();
      fault = next;
      bytes = acts = 0;
      hasStruck = false;
      statements = [];
    },
    seen: () => ({ bytes, statements }),
    hasStruck: () => hasStruck,
    async [Symbol.asyncDispose]() {
      for (const end of live) end.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const rest = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Reads one end chunk by chunk; the next one is read when the last one has gone on. */
function pump(
  from: Socket,
  to: Socket,
  pass: (chunk: Uint8Array, write: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): void {
  const write = (bytes: Uint8Array) =>
    new Promise<void>((resolve) => {
      if (to.destroyed) return resolve();
      if (to.write(bytes)) return resolve();
      to.once("drain", resolve);
      to.once("close", () => resolve());
    });
  (async () => {
    for await (const chunk of from) await pass(chunk, write);
    to.end();
  })().catch(() => from.destroy()); // the other end is gone
}
