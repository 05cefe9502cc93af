/**
 * A wire between dteg and a server that is cut at the COMMIT of a load: before the server gets it, or before its reply. With `never` it is
 * not cut; with `silent` what the server says does not come. `onCommit` comes first.
 */
export function cutAtCommit(
  port: number,
  cut: "before" | "after" | "never" | "silent",
  onCommit: () => Promise<void> = () => Promise.resolve(),
): Disposable & { readonly port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const decoder = new TextDecoder("latin1");
  let isArmed = true;
  const serve = async (client: Deno.Conn) => {
    using server = await Deno.connect({ hostname: "127.0.0.1", port });
    let mutes = false, writesState = false;
    const back = (async () => {
      for await (const chunk of server.readable) if (!mutes) await writeAll(client, chunk);
    })().catch(() => {}); // one side is gone
    const buffer = new Uint8Array(1 << 16);
    for (;;) {
      const count = await client.read(buffer).catch(() => null);
      if (count === null) break;
      const text = decoder.decode(buffer.subarray(0, count));
      writesState ||= text.includes('_dteg_state" (pipeline');
      const isCommit = isArmed && writesState && text.includes("COMMIT");
      if (isCommit) {
        isArmed = false;
        await onCommit();
      }
      mutes ||= isCommit && cut !== "never";
      if (isCommit && cut === "before") break;
      await writeAll(server, buffer.subarray(0, count));
      if (isCommit && cut === "after") break;
    }
    client.close();
    if (cut === "after") await new Promise((resolve) => setTimeout(resolve, 200));
    server.close();
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
