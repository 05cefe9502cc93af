import assert from "node:assert/strict";

const MODULE = new URL("../../runtime/net/keep_alive.ts", import.meta.url).href;

/** A process with one connection, that stays for a while after it has asked to keep it alive. */
const PROGRAM = `
  import { keepConnectionsAlive } from "${MODULE}";
  keepConnectionsAlive();
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
  console.log(connection.localAddr.port);
  await connection.read(new Uint8Array(1));
`;

const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, "0");

/** When the system looks at a connection again by itself, in seconds; undefined: it does not. */
function keptAlive(port: number): number | undefined {
  const lines = Deno.readTextFileSync("/proc/net/tcp").split("\n").map((line) => line.trim().split(/\s+/));
  const [kind, ticks] = lines.find(([, local]) => local?.endsWith(`:${hex(port)}`))?.[5].split(":") ?? [];
  return kind === "02" ? parseInt(ticks, 16) / 100 : undefined;
}

Deno.test("the system looks within half a minute whether the other side of a silent connection is still there", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--ext=ts", "-", String((listener.addr as Deno.NetAddr).port)],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(PROGRAM));
  await writer.close();
  using far = await listener.accept();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = Number((await reader.read()).value);
  let seconds: number | undefined;
  for (let tries = 0; seconds === undefined && tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    seconds = keptAlive(port);
  }
  assert.ok(seconds !== undefined && seconds > 0 && seconds <= 30, `${seconds}`);
  await far.write(new Uint8Array(1));
  await child.status;
  await reader.cancel();
});
