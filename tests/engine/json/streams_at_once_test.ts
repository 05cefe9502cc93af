import assert from "node:assert/strict";
import { fromSource } from "../../contract/start_dteg.ts";

Deno.test("files of JSON that are rewritten before they are read do not meet those of another stream", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dteg-engine-" });
  const names = Array.from({ length: 12 }, (_, index) => `s${index}`);
  // a byte order mark and a number of many digits: both make a copy of the file
  const text = (name: string) => `{"s":"${name}","n":0.12345678901234567890}\n`.repeat(2000);
  await Deno.mkdir(`${folder}/in`);
  for (const name of names) await Deno.writeTextFile(`${folder}/in/${name}.ndjson`, `\ufeff${text(name)}`);
  const pipeline = {
    version: 1,
    source: "in/",
    destination: "ndjson://out/",
    streams: names,
    settings: { threads: 4 },
  };
  await Deno.writeTextFile(`${folder}/p.yaml`, JSON.stringify(pipeline));
  const { code, stderr } = await fromSource()(["run", "p.yaml"], { cwd: folder });
  assert.equal(code, 0, stderr);
  for (const name of names) {
    const [file] = [...Deno.readDirSync(`${folder}/out/${name}`)].filter((entry) => entry.name.startsWith("part-"));
    assert.equal(await Deno.readTextFile(`${folder}/out/${name}/${file.name}`), text(name));
  }
  await Deno.remove(folder, { recursive: true });
});
