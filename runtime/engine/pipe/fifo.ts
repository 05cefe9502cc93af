import { DtegError } from "../../../sdk/mod.ts";

const O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_NONBLOCK = 0o4000, O_CLOEXEC = 0o2000000, F_SETPIPE_SZ = 1031;
const BUFFER = 1 << 20;

/** A named pipe. As long as its keeper end is open, nobody waits for the other side to open it. */
export interface Fifo extends Disposable {
  readonly path: string;
  /** Lets go of the keeper end: from now on the writer's close is the end, and a missing reader an error. */
  release(): void;
  /** Lets a writer that waits for somebody to read go on, and find that nobody does. */
  wakeWriter(): void;
  /**
   * The writer's end, as soon as somebody reads: until then it waits, on another thread. Only after {@linkcode release}: the keeper counts as
   * a reader.
   */
  openWhenRead(): Promise<FifoWriter>;
}

/** The writer's end. It works on other threads. */
export interface FifoWriter extends Disposable {
  /** Resolves when all is written; throws Deno.errors.BrokenPipe when nobody reads any more. */
  write(bytes: Uint8Array): Promise<void>;
}

/** Makes a named pipe with libc, so that no tool is needed. */
export function makeFifo(path: string): Fifo {
  const library = Deno.dlopen("libc.so.6", {
    mkfifo: { parameters: ["buffer", "u32"], result: "i32" },
    open: { parameters: ["buffer", "i32"], result: "i32" },
    open_waiting: { name: "open", parameters: ["buffer", "i32", "i32"], result: "i32", nonblocking: true },
    write: { parameters: ["i32", "buffer", "usize"], result: "isize", nonblocking: true },
    fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const libc = library.symbols;
  const name = new TextEncoder().encode(`${path}\0`);
  const fail = (step: string): never => {
    library.close();
    throw new DtegError("file.unreadable", `cannot ${step} the named pipe "${path}"`, {
      path,
      hint: "set TMPDIR to a folder of a local file system",
    });
  };
  if (libc.mkfifo(name, 0o600) !== 0) fail("make");
  const keeper = libc.open(name, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (keeper < 0) fail("open");
  libc.fcntl(keeper, F_SETPIPE_SZ, BUFFER); // refused above the system's limit: then the pipe stays as it is
  let isOpen = true;
  const release = () => {
    if (!isOpen) return;
    isOpen = false;
    libc.close(keeper);
  };
  return {
    path,
    release,
    wakeWriter() {
      const reader = libc.open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
      if (reader >= 0) libc.close(reader);
    },
    async openWhenRead() {
      const writer = await libc.open_waiting(name, O_WRONLY | O_CLOEXEC, 0);
      libc.fcntl(writer, F_SETPIPE_SZ, BUFFER);
      return {
        async write(bytes) {
          for (let at = 0; at < bytes.length;) {
            const count = Number(
              await libc.write(writer, bytes.subarray(at) as Uint8Array<ArrayBuffer>, BigInt(bytes.length - at)),
            );
            if (count < 0) throw new Deno.errors.BrokenPipe(`nobody reads "${path}"`);
            at += count;
          }
        },
        [Symbol.dispose]: () => void libc.close(writer),
      };
    },
    [Symbol.dispose]() {
      release();
      library.close();
      Deno.removeSync(path);
    },
  };
}
