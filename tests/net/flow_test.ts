import assert from "node:assert/strict";
import { needsPatch, patchFlow } from "../../runtime/net/flow.ts";
import { checkFlow, FLOW_READERS } from "../../runtime/net/flow_check.ts";
import { TRANSPORTS } from "../../runtime/net/flow_sender.ts";
import { selfSigned } from "./certificate.ts";

const main = new URL("../../main.ts", import.meta.url).pathname;
const sender = [Deno.execPath(), "run", "-A", "--no-check", main, "__selfcheck", "send"];

Deno.test("runtimes before 2.7.14 need the patch, later ones do not", () => {
  const old = ["1.46.3", "2.6.10", "2.7.11", "2.7.13+abc"].map((version) => needsPatch(version));
  const right = ["2.7.14", "2.8.0", "2.9.6", "3.0.0"].map((version) => needsPatch(version));
  assert.deepEqual({ old, right }, { old: [true, true, true, true], right: [false, false, false, false] });
});

for (const transport of TRANSPORTS) {
  for (const reader of FLOW_READERS) {
    Deno.test(`a ${reader} reader gets 12 MB in order over ${transport}`, async () => {
      if (needsPatch()) patchFlow();
      await inTemp(async (folder) => {
        const identity = transport === "tls" ? await selfSigned(folder) : undefined;
        await checkFlow({ transport, reader, sender, folder, identity });
      });
    });
  }
}

Deno.test("the check fails in time when the bytes do not come", async () => {
  await inTemp(async (folder) => {
    await assert.rejects(
      checkFlow({ transport: "tcp", reader: "slow", sender, folder, bytes: 256 << 20, seconds: 0.05 }),
      /^Error: tcp socket, slow reader: \d+ of 268435456 bytes after 0.05 s$/,
    );
  });
});

async function inTemp(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
