import { DtegError } from "../../../sdk/mod.ts";

const O_WRONLY = 1, O_RDWR = 2, O_NONBLOCK = 0o4000, O_CLOEXEC = 0o2000000, F_SETPIPE_SZ = 1031;
const BUFFER = 1 << 20;

/** A named pipe. As long as its keeper end is open, nobody waits for the other side to open it. */
export interface Fifo extends Disposable {
  readonly path: string;
  /** Lets go of the keeper end: from now on the writer's close is the end, and a missing reader an error. */
  release(): void;
  /** The writer's end; nothing as long as nobody reads. Only after {@linkcode release}: the keeper counts as a reader. */
  openIfRead(): Deno.FsFile | undefined;
}

/** Makes a named pipe with libc, so that no tool is needed. */
export function makeFifo(path: string): Fifo {
  const library = Deno.dlopen("libc.so.6", {
    mkfifo: { parameters: ["buffer", "u32"], result: "i32" },
    open: { parameters: ["buffer", "i32"], result: "i32" },
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
    openIfRead() {
      const probe = libc.open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC); // fails where nobody reads, and never waits
      if (probe < 0) return undefined;
      libc.fcntl(probe, F_SETPIPE_SZ, BUFFER);
      const file = Deno.openSync(path, { write: true });
      libc.close(probe); // after it: a reader that sees no writer takes that for the end
      return file;
    },
    [Symbol.dispose]() {
      release();
      library.close();
      Deno.removeSync(path);
    },
  };
}
