const SOL_SOCKET = 1, SO_KEEPALIVE = 9, IPPROTO_TCP = 6, TCP_KEEPIDLE = 4, TCP_KEEPINTVL = 5, TCP_KEEPCNT = 6;
const OPTIONS = [
  [SOL_SOCKET, SO_KEEPALIVE, 1],
  [IPPROTO_TCP, TCP_KEEPIDLE, 30], // seconds without a byte
  [IPPROTO_TCP, TCP_KEEPINTVL, 10],
  [IPPROTO_TCP, TCP_KEEPCNT, 3],
] as const;
const LOOK_EVERY = 5000; // milliseconds

/**
 * From now on the system asks the other side of every TCP connection of this process whether it is still there: one that went away without
 * a word (a machine that died, a firewall that forgot) is found after a minute, not after two hours. DuckDB's own connections are
 * among them, which no driver of ours opens. Where there is no libc to ask, the system's own times stay.
 */
export function keepConnectionsAlive(): void {
  let library;
  try {
    library = Deno.dlopen("libc.so.6", {
      setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
    });
  } catch {
    return;
  }
  const { setsockopt } = library.symbols;
  let known = new Set<string>();
  const look = () => {
    const sockets = openSockets();
    for (const { fd, name } of sockets) {
      if (known.has(name)) continue;
      for (const [level, option, value] of OPTIONS) setsockopt(fd, level, option, new Int32Array([value]), 4); // others than TCP refuse
    }
    known = new Set(sockets.map(({ name }) => name));
  };
  Deno.unrefTimer(setInterval(look, LOOK_EVERY));
}

/** `socket:[inode]` of each open one. */
function openSockets(): readonly { readonly fd: number; readonly name: string }[] {
  return [...Deno.readDirSync("/proc/self/fd")].flatMap(({ name: fd }) => {
    try {
      const name = Deno.readLinkSync(`/proc/self/fd/${fd}`);
      return name.startsWith("socket:") ? [{ fd: Number(fd), name }] : [];
    } catch {
      return []; // it was closed in this moment
    }
  });
}
