import assert from "node:assert/strict";
import { join } from "node:path";
import { runJson, runLine } from "../fake_platform.ts";
import { tempFolder } from "./temp_folder.ts";

Deno.test("schema prints the JSON Schema of a pipeline, of dteg.yaml, and of connections.yaml", async () => {
  for (
    const [args, title] of [[[], "dteg pipeline"], [["project"], "dteg.yaml"], [["connections"], "connections.yaml"]]
  ) {
    const { out, exit } = await runLine(["schema", ...args]);
    const schema = JSON.parse(out);
    assert.deepEqual([exit, schema.title, schema.type], [0, title, "object"]);
    assert.deepEqual((await runJson(["schema", ...args])).envelope.result, schema);
  }
});

Deno.test("schema -o writes it to a file", async () => {
  await using folder = await tempFolder();
  const printed = await runLine(["schema"], { folder: folder.path });
  const written = await runLine(["schema", "-o", "a/b.json"], { folder: folder.path });
  assert.deepEqual(written, { exit: 0, out: "wrote a/b.json\n", err: "" });
  assert.equal(await Deno.readTextFile(join(folder.path, "a/b.json")), printed.out);
});

Deno.test("schema of something else is refused", async () => {
  const { exit, envelope } = await runJson(["schema", "pipelin"]);
  const { code, message } = envelope.error as { code: string; message: string };
  assert.deepEqual([exit, code, message], [
    2,
    "usage",
    'there is no schema of "pipelin": wanted one of pipeline, project, connections',
  ]);
});
