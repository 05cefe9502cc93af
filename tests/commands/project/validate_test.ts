import assert from "node:assert/strict";
import { runJson, runLine } from "../fake_platform.ts";
import { tempFolder } from "./temp_folder.ts";

const good = (name: string, more = "") =>
  `version: 1\nname: ${name}\nsource: { use: file, config: { path: in/ } }\nstreams:\n  - name: a\n${more}` +
  "destination: { use: duckdb, config: { url: duckdb://x.duckdb } }\n";

Deno.test("validate reads every pipeline of the project, or those that are named", async () => {
  await using folder = await tempFolder({
    "dteg.yaml": "version: 1\n",
    "pipelines/a.yaml": good("a"),
    "pipelines/b.yaml": good("b"),
  });
  const all = await runLine(["validate"], { folder: folder.path });
  assert.deepEqual(all, { exit: 0, out: "ok a (pipelines/a.yaml)\nok b (pipelines/b.yaml)\n", err: "" });
  const { out } = await runLine(["validate", "b"], { folder: folder.path });
  assert.equal(out, "ok b (pipelines/b.yaml)\n");
});

Deno.test("a fault names file, line and column; the other files are still read", async () => {
  await using folder = await tempFolder({
    "a.yaml": good("a", "    wirte: merge\n"),
    "b.yaml": good("b"),
    "c.yaml": good("c", "    into: ${env.NOT_SET}\n"),
  });
  const line = ["validate", "a.yaml", "b.yaml", "c.yaml"];
  const text = await runLine(line, { folder: folder.path });
  assert.deepEqual([text.exit, text.out], [2, "ok b (b.yaml)\n"]);
  assert.match(text.err, /^a\.yaml:6:5: .*wirte/m);
  assert.match(text.err, /^c\.yaml:6:\d+: .*NOT_SET/m);
  const { exit, envelope } = await runJson(line, { folder: folder.path });
  const error = envelope.error as { code: string; path: string; line: number; col: number; others: { code: string }[] };
  assert.deepEqual([exit, envelope.summary], [2, "2 of 3 pipelines at fault"]);
  assert.deepEqual([error.code, error.path, error.line, error.col], ["pipeline.unknown_key", "a.yaml", 6, 5]);
  assert.deepEqual(error.others.map(({ code }) => code), ["template.unset"]);
  const { pipelines } = envelope.result as { pipelines: { path: string; ok: boolean }[] };
  assert.deepEqual(pipelines.map(({ path, ok }) => [path, ok]), [["a.yaml", false], ["b.yaml", true], [
    "c.yaml",
    false,
  ]]);
});

Deno.test("a secret that is not set is a warning", async () => {
  await using folder = await tempFolder({ "a.yaml": good("a", "    where: ${secret.shop}\n") });
  const { exit, err, out } = await runLine(["validate", "a.yaml"], { folder: folder.path });
  assert.deepEqual([exit, out], [0, "ok a (a.yaml)\n"]);
  assert.match(err, /^warning: .*secret\.shop/);
});

Deno.test("--var, --set and --env-file reach the file", async () => {
  await using folder = await tempFolder({
    "a.yaml": good("a", "    into: ${var.t}_${env.U}\n"),
    "my.env": "U=1\n",
  });
  const line = ["validate", "a.yaml", "--var", "t=x", "--env-file", "my.env"];
  assert.equal((await runLine(line, { folder: folder.path })).exit, 0);
  const { exit } = await runLine([...line, "--set", "streams[0].write=upsert"], { folder: folder.path });
  assert.equal(exit, 2);
});

Deno.test("--config names the project's file", async () => {
  await using folder = await tempFolder({
    "here/a.yaml": good("a", "    into: ${var.t}\n"),
    "other/dteg.yaml": "version: 1\nvars: { t: x }\n",
  });
  const here = `${folder.path}/here`;
  assert.equal((await runLine(["validate", "a.yaml"], { folder: here })).exit, 2);
  assert.equal((await runLine(["validate", "a.yaml", "-c", "../other/dteg.yaml"], { folder: here })).exit, 0);
  const { envelope } = await runJson(["validate", "a.yaml", "-c", "../none/dteg.yaml"], { folder: here });
  assert.equal((envelope.error as { path: string }).path, "../none/dteg.yaml");
});

Deno.test("without a name and without a project there is nothing to validate", async () => {
  await using folder = await tempFolder();
  const { exit, envelope } = await runJson(["validate"], { folder: folder.path });
  assert.deepEqual([exit, (envelope.error as { code: string }).code], [2, "argument.missing"]);
});
