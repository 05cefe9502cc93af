// Deno before 2.7.14 delivers the bytes of a `node:net` socket that is paused and resumed in the wrong order, or stalls, and throws
// nothing. The patch lets a stop take effect only inside the read callback, where no read is pending, and hands over at once what
// arrives after a stop: a stream that already waits for that read would wait for ever if it were queued.
import net from "node:net";

/** What the patch touches of the runtime's socket handle, under its names. */
interface Handle {
  onread?: OnRead;
  reading?: boolean;
  /** TLS is about to take the connection over. */
  readonly upgrading?: unknown;
  readStart(): number;
  readStop(): number;
}

type OnRead = (buffer: unknown, count: number) => void;

interface Flow {
  paused: boolean;
  /** The runtime's read loop is on: exactly one read is pending. */
  running: boolean;
  wrapper?: OnRead;
  stream?: unknown;
}

/** True where the runtime delivers wrongly. */
export function needsPatch(version: string = Deno.version.deno): boolean {
  const [major, minor, patch] = version.split(/[.+-]/).map(Number);
  return major < 2 || (major === 2 && (minor < 7 || (minor === 7 && patch < 14)));
}

/** Mends `node:net` in this process. Call once, before the first connection. */
export function patchFlow(): void {
  patch(handlePrototype({ host: "127.0.0.1", port: 1 })); // also what TLS runs on
  patch(handlePrototype({ path: "/dev/null/none" })); // unix sockets have a class of their own
}

/** A socket has its handle as soon as it begins to connect; this one is destroyed before it does. */
function handlePrototype(target: net.NetConnectOpts): Handle {
  const socket = net.connect(target);
  socket.on("error", () => {}); // that it cannot connect does not matter
  const found: unknown = Object.getPrototypeOf(Reflect.get(socket, "_handle") ?? {});
  socket.destroy();
  if (!isHandle(found)) {
    throw new Error(`cannot mend node:net: Deno ${Deno.version.deno} has no readStart in its handles`);
  }
  return found;
}

function isHandle(value: unknown): value is Handle {
  return typeof value === "object" && value !== null && "readStart" in value && "readStop" in value;
}

function patch(proto: Handle): void {
  const { readStart, readStop } = proto;
  const flows = new WeakMap<Handle, Flow>();

  proto.readStart = function (this: Handle): number {
    const flow = flows.get(this) ?? { paused: false, running: false };
    flows.set(this, flow);
    if (this.onread !== flow.wrapper) wrapRead(this, { flow, readStop });
    const stream = streamOf(this);
    if (flow.stream !== stream) { // TLS took the connection over
      flow.stream = stream;
      flow.running = false;
    }
    flow.paused = false;
    this.reading = true;
    if (flow.running) return 0;
    flow.running = true;
    return readStart.call(this);
  };

  proto.readStop = function (this: Handle): number {
    const flow = flows.get(this);
    this.reading = false;
    if (!flow) return 0;
    flow.paused = true;
    if (!this.upgrading) return 0;
    flow.running = false; // the read loop itself hands over to TLS
    return readStop.call(this);
  };
}

function wrapRead(handle: Handle, { flow, readStop }: { flow: Flow; readStop: () => number }): void {
  const onread = handle.onread;
  const wrapper: OnRead = (buffer, count) => {
    if (count < 0) flow.running = false;
    onread?.call(handle, buffer, count); // also when paused: a stream takes a push at any time, and its next read starts us again
    if (!flow.paused || !flow.running) return;
    flow.running = false;
    readStop.call(handle);
  };
  flow.wrapper = handle.onread = wrapper;
}

/** The runtime's own stream under the handle. */
function streamOf(handle: Handle): unknown {
  const key = Object.getOwnPropertySymbols(handle).find((symbol) => symbol.description === "kStreamBaseField");
  return key && Reflect.get(handle, key);
}
