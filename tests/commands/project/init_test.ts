import assert from "node:assert/strict";
import { join } from "node:path";
import { runJson, runLine } from "../fake_platform.ts";
import { filesOf, tempFolder } from "./temp_folder.ts";

const ALWAYS = [
  ".dteg/schema/connections.json",
  ".dteg/schema/pipeline.json",
  ".dteg/schema/project.json",
  ".gitignore",
  ".idea/jsonSchemas.xml",
  ".vscode/settings.json",
  "connections.yaml",
  "dteg.yaml",
  "tests/test.sh",
];
const FILES = [...ALWAYS, "data/orders.csv", "pipelines/orders.yaml"].sort();

Deno.test("init makes a project that validates as it stands", async () => {
  await using folder = await tempFolder();
  const made = await runJson(["init", "shop"], { folder: folder.path });
  assert.deepEqual([made.exit, made.envelope.summary], [0, "made a project in shop from the template files"]);
  const shop = join(folder.path, "shop");
  assert.deepEqual(Object.keys(await filesOf(shop)).sort(), FILES);
  assert.deepEqual(await runLine(["validate"], { folder: shop }), {
    exit: 0,
    out: "ok orders (pipelines/orders.yaml)\n",
    err: "",
  });
});

Deno.test("init --template blank makes an empty project", async () => {
  await using folder = await tempFolder();
  const { exit } = await runLine(["init", "--template", "blank"], { folder: folder.path });
  assert.equal(exit, 0);
  assert.deepEqual(Object.keys(await filesOf(folder.path)).sort(), ALWAYS);
  const { exit: valid, out } = await runLine(["validate"], { folder: folder.path });
  assert.deepEqual([valid, out], [0, "there are no pipelines yet: put one into pipelines/\n"]);
});

Deno.test("init --template postgres makes a project that loads all tables of DATABASE_URL, and validates as it stands", async () => {
  await using folder = await tempFolder();
  const { exit, out } = await runLine(["init", "--template", "postgres"], { folder: folder.path });
  assert.equal(exit, 0);
  assert.deepEqual(out.split("Next:\n")[1].split("\n").map((line) => line.trim()).filter(Boolean), [
    "export DATABASE_URL=postgres://USER:PASSWORD@HOST/DATABASE",
    "dteg check tables",
    "dteg run tables",
    "sh tests/test.sh",
  ]);
  assert.deepEqual(Object.keys(await filesOf(folder.path)).sort(), [...ALWAYS, "pipelines/tables.yaml"].sort());
  const ok = { exit: 0, out: "ok tables (pipelines/tables.yaml)\n", err: "" };
  assert.deepEqual(await runLine(["validate"], { folder: folder.path }), ok);
  const env = { DATABASE_URL: "postgres://ada:secret@localhost/shop" };
  assert.deepEqual(await runLine(["validate"], { folder: folder.path, env }), ok);
});

Deno.test("init asks three questions on a terminal; a password goes to a file of secrets", async () => {
  await using folder = await tempFolder();
  const answers = ["postgres", "postgres://me:hunter22@h/shop", "lake/"];
  const { exit, err, out } = await runLine(["init", "shop"], { folder: folder.path, tty: true, answers });
  assert.equal(exit, 0, err);
  const files = await filesOf(join(folder.path, "shop"));
  assert.match(
    files["connections.yaml"],
    /\ndatabase:\n {2}use: postgres\n {2}url: postgres:\/\/me@h\/shop\n {2}password: \$\{secret\.database\}\nwarehouse: \.\.\/lake\/\n$/,
  );
  assert.equal(files[".dteg/secrets/database"], "hunter22");
  assert.equal((out + err).includes("hunter22"), false);
});

Deno.test("--from and --to answer two of the questions: paths are from the current folder", async () => {
  await using folder = await tempFolder({ "in/a.csv": "id\n1\n" });
  const words = ["init", "shop", "--template", "files", "--from", "in/", "--to", "csv://out/"];
  assert.equal((await runLine(words, { folder: folder.path })).exit, 0);
  const shop = join(folder.path, "shop");
  const files = await filesOf(shop);
  assert.match(files["connections.yaml"], /\ninbox: \.\.\/in\/\nwarehouse: csv:\/\/out\/\n$/);
  assert.equal("data/orders.csv" in files, false);
  const ran = await runJson(["run", "orders"], { folder: shop });
  assert.equal(ran.exit, 0, ran.err);
  const loaded = Object.entries(await filesOf(shop)).filter(([path]) => /^out\/a\/[^_].*\.csv$/.test(path));
  assert.deepEqual(loaded.map(([, text]) => text), ["id\n1\n"]);
});

Deno.test("init overwrites nothing: where a file is there it names it and writes none", async () => {
  const before = { "dteg.yaml": "version: 1\n", "data/orders.csv": "mine" };
  await using folder = await tempFolder(before);
  const { exit, envelope } = await runJson(["init"], { folder: folder.path });
  const error = envelope.error as { code: string; path: string; others: { path: string }[] };
  assert.deepEqual([exit, error.code, error.path], [2, "init.exists", "dteg.yaml"]);
  assert.deepEqual(error.others.map(({ path }) => path), ["data/orders.csv"]);
  assert.deepEqual(await filesOf(folder.path), before);
});

Deno.test("init leaves a .gitignore and editor settings as they are", async () => {
  await using folder = await tempFolder({ ".gitignore": "mine", ".vscode/settings.json": "{}" });
  const { envelope } = await runJson(["init"], { folder: folder.path });
  assert.deepEqual((envelope.result as { kept: string[] }).kept, [".gitignore", ".vscode/settings.json"]);
  const files = await filesOf(folder.path);
  assert.deepEqual([files[".gitignore"], files[".vscode/settings.json"]], ["mine", "{}"]);
});

Deno.test("init asks on a terminal, and takes files for an empty answer", async () => {
  for (const [answer, template] of [["blank", "blank"], ["", "files"]]) {
    await using folder = await tempFolder();
    const { exit, err } = await runLine(["init"], { folder: folder.path, tty: true, answers: [answer] });
    assert.equal(exit, 0);
    assert.match(err, /Which template\?/);
    assert.equal(Object.keys(await filesOf(folder.path)).includes("data/orders.csv"), template === "files");
  }
});

Deno.test("init refuses a template that there is not, before it writes", async () => {
  await using folder = await tempFolder();
  const { exit } = await runLine(["init", "--template", "fils"], { folder: folder.path });
  assert.equal(exit, 2);
  const wrong = ["fils", "fils", "fils"];
  assert.equal((await runLine(["init"], { folder: folder.path, tty: true, answers: wrong })).exit, 2);
  assert.deepEqual(await filesOf(folder.path), {});
});

Deno.test("init asks again after an answer that will not do, and says what was meant", async () => {
  await using folder = await tempFolder();
  const answers = ["postgers", "postgres", "postgers://me@h/shop", "postgres://me@h/shop", "out.duckdb"];
  const setting = { folder: folder.path, tty: true, answers, env: { NO_COLOR: "1" } };
  const { exit, err } = await runLine(["init", "shop"], setting);
  assert.equal(exit, 0, err);
  assert.match(err, /there is no template "postgers"[^:]*: [^:]*\n {2}hint: did you mean postgres\?/);
  assert.match(err, /there is no connector for postgers:\/\/\n {2}hint: did you mean postgres:\/\/\?/);
});

Deno.test("every YAML file of init names a schema that is there", async () => {
  for (const template of ["files", "postgres", "duckdb", "blank"]) {
    await using folder = await tempFolder();
    await runLine(["init", "--template", template], { folder: folder.path });
    const files = await filesOf(folder.path);
    for (const [path, text] of Object.entries(files)) {
      if (!path.endsWith(".yaml")) continue;
      const named = /^# yaml-language-server: \$schema=(.+)$/m.exec(text)?.[1] ?? "";
      assert.ok(Object.hasOwn(files, join(path, "..", named)), `${path} names ${named}`);
    }
    const wired = JSON.parse(files[".vscode/settings.json"])["yaml.schemas"];
    assert.deepEqual(Object.keys(wired).filter((path) => !Object.hasOwn(files, path)), []);
  }
});
