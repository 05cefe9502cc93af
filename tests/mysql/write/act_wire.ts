/** When a wire is cut: before the server gets the statement, or when it has done it and its reply is on the way; `never`: it is not. */
export type Cut = "before" | "after" | "never";

/**
 * A wire between dteg and a server that is cut at the first statement that has these words. `onAct` comes before the cut, and
 * before the statement goes on where there is none.
 */
export function cutAt(
  port: number,
  { words, cut, onAct = () => {} }: {
    readonly words: string;
    readonly cut: Cut;
    readonly onAct?: () => void | Promise<void>;
  },
): Disposable & { readonly port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const decoder = new TextDecoder("latin1");
  let isArmed = true;
  const serve = async (client: Deno.Conn) => {
    using server = await Deno.connect({ hostname: "127.0.0.1", port });
    let isMute = false;
    const replied = Promise.withResolvers<void>();
    const back = (async () => {
      for await (const chunk of server.readable) {
        if (isMute) replied.resolve();
        else await writeAll(client, chunk);
      }
      if (!isMute) await client.closeWrite(); // what the server ends is over for the client too
    })().catch(() => {}); // one side is gone
    const buffer = new Uint8Array(1 << 16);
    try {
      for (;;) {
        const count = await client.read(buffer).catch(() => null);
        if (count === null) break;
        const isAct = isArmed && decoder.decode(buffer.subarray(0, count)).includes(words);
        if (isAct) {
          isArmed = false;
          isMute = cut !== "never";
          if (cut === "after") {
            await writeAll(server, buffer.subarray(0, count));
            await replied.promise;
          }
          await onAct();
          if (cut !== "never") break;
        }
        await writeAll(server, buffer.subarray(0, count));
      }
    } finally {
      client.close();
      server.close();
    }
    await back;
  };
  (async () => {
    for await (const client of listener) serve(client).catch(() => {});
  })();
  return { port: (listener.addr as Deno.NetAddr).port, [Symbol.dispose]: () => listener.close() };
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}
