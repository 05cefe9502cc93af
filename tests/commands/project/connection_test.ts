import assert from "node:assert/strict";
import { join } from "node:path";
import { runJson, runLine, type Setting } from "../fake_platform.ts";
import { filesOf, tempFolder } from "./temp_folder.ts";

const CONNECTIONS = "# mine\ninbox: data/   # files\n\n# the last\nwarehouse: w.duckdb\n";
const PROJECT = "# p\nversion: 1\nenvironments:\n  dev: {}\n  prod: # real\n";
const FILES = { "dteg.yaml": PROJECT, "connections.yaml": CONNECTIONS };
const ODD = "p@ss:w/rd% \"'${env.X}{{ x }}";

/** Runs `connection add` in a project and gives what it printed and what stands there then. */
async function add(words: readonly string[], setting: Setting & { readonly files?: Record<string, string> } = {}) {
  await using folder = await tempFolder(setting.files ?? FILES);
  const ran = await runLine(["connection", "add", ...words], { ...setting, folder: folder.path });
  const files = await filesOf(folder.path);
  const modes = await Promise.all(
    Object.keys(files).filter((path) => path.startsWith(".dteg/secrets/") && !path.endsWith(".gitignore")).map(async (
      path,
    ) => [
      path,
      ((await Deno.stat(join(folder.path, path))).mode ?? 0) & 0o777,
    ]),
  );
  const listed = await runLine(["connection", "list", "--json"], { folder: folder.path });
  return { ...ran, files, modes, listed: listed.out };
}

Deno.test("connection add puts a URL at the end of connections.yaml, and all else stays as it is", async () => {
  const { exit, out, files } = await add(["shop", "postgres://reader@db.example.com/shop?sslmode=require"]);
  assert.deepEqual([exit, files["connections.yaml"], files["dteg.yaml"]], [
    0,
    `${CONNECTIONS}shop: postgres://reader@db.example.com/shop?sslmode=require\n`,
    PROJECT,
  ]);
  assert.equal(out, "+ connections.yaml: shop\nNext: dteg connection test shop\n");
});

Deno.test("a password of a URL, a file or a person goes to a file of secrets, and nowhere else", async () => {
  const url = "postgres://me@h/db", typed = `postgres://me:${encodeURIComponent(ODD)}@h/db`;
  const tty = { tty: true, answers: [ODD] };
  for (
    const { words, ...setting } of [
      { words: ["shop", typed] },
      { words: ["shop", url, "--password-file", "pw"], files: { ...FILES, pw: `${ODD}\n` } },
      { words: ["shop", url], ...tty },
    ]
  ) {
    const { exit, out, err, files, modes, listed } = await add(words, setting);
    assert.deepEqual([exit, modes, files[".dteg/secrets/shop"]], [0, [[".dteg/secrets/shop", 0o600]], ODD], err);
    assert.equal(
      files["connections.yaml"],
      `${CONNECTIONS}shop:\n  use: postgres\n  url: ${url}\n  password: \${secret.shop}\n`,
    );
    assert.equal(files[".dteg/secrets/.gitignore"], "*\n");
    const told = out + err + listed;
    assert.deepEqual([ODD, encodeURIComponent(ODD)].filter((form) => told.includes(form)), []);
  }
});

Deno.test("a terminal is asked for the fields of a connector", async () => {
  const { exit, err, files } = await add(["shop"], { tty: true, answers: ["postgres", "", "5433", "db", "me", ""] });
  assert.equal(exit, 0, err);
  assert.match(err, /Password of me \(it is not shown; empty: none\):/);
  assert.equal(
    files["connections.yaml"],
    `${CONNECTIONS}shop:\n  use: postgres\n  host: localhost\n  port: 5433\n  database: db\n  user: me\n`,
  );
});

Deno.test("with --password-env a variable is named, and with --env the environment of dteg.yaml gets the entry", async () => {
  const { exit, files, out } = await add(["shop", "postgres://me@h/db", "--env", "prod", "--password-env", "PW"]);
  assert.equal(exit, 0);
  assert.match(
    files["dteg.yaml"],
    /^# p\nversion: 1\nenvironments:\n {2}dev: \{\}\n {2}prod:[^]*password: \$\{env\.PW\}\n$/,
  );
  assert.match(files["dteg.yaml"], /# real/);
  assert.equal(files["connections.yaml"], CONNECTIONS);
  assert.match(out, /dteg\.yaml: shop \(environment prod\)/);
});

Deno.test("connection add replaces nothing without a yes", async () => {
  const words = ["inbox", "other/"];
  const refused = await add(words);
  assert.deepEqual([refused.exit, refused.files["connections.yaml"]], [2, CONNECTIONS]);
  assert.match(refused.err, /connections\.yaml has a connection "inbox" already/);
  for (const one of [await add([...words, "-y"]), await add(words, { tty: true, answers: ["y"] })]) {
    assert.equal(one.exit, 0);
    assert.equal(one.files["connections.yaml"], CONNECTIONS.replace("data/   #", "other/ #"));
  }
  const stored = { ...FILES, ".dteg/secrets/shop": "old" };
  const kept = await add(["shop", "postgres://u:newpass@h/d"], { files: stored });
  assert.deepEqual([kept.exit, kept.files["connections.yaml"], kept.files[".dteg/secrets/shop"]], [
    2,
    CONNECTIONS,
    "old",
  ]);
});

Deno.test("what does not hold is not written", async () => {
  const wrong: readonly [words: readonly string[], code: RegExp][] = [
    [["shop", "postgress://h/d"], /did you mean postgres:\/\/\?/],
    [["shop", "duckdb://x.db?nonsense=1"], /nonsense/],
    [["a/b", "x.csv"], /argument\.invalid/],
    [["shop"], /the URL of the connection is not said/],
    [[], /argument\.missing/],
    [["shop", "postgres://u:pw@h/d", "--password-env", "X"], /the password is said twice/],
    [["shop", "postgres://u@h/d", "--password-env", "p@ss"], /wanted the name of a variable, not a password/],
    [["shop", "postgres://u@h/d", "--password-file", "nope"], /file\.not_found/],
    [["shop", "x.csv", "--as", "source"], /it belongs to `dteg connection test`/],
    [["shop", "x.csv", "--env", "prd"], /did you mean --env prod\?/],
  ];
  for (const [words, told] of wrong) {
    const { exit, err, files } = await add(words);
    assert.deepEqual([exit, files], [2, FILES], `${words}: ${err}`);
    assert.match(err, told);
  }
});

Deno.test("connection list tells where each leads and is declared, and shows no password", async () => {
  await using folder = await tempFolder({
    ...FILES,
    "connections.yaml":
      `${CONNECTIONS}flat: { use: postgres, host: h, user: me, password: hunter22, database: d }\nopen: "postgres://me:\${env.PW}@\${env.HOST}/d"\n`,
  });
  const env = { SHOP_DB: "postgres://me:xy@h/x", PW: "topsecret", HOME: "/root" };
  const { exit, envelope } = await runJson(["connection", "--env", "prod"], { folder: folder.path, env });
  const { environment, connections } = envelope.result as {
    environment: string;
    connections: { name: string; url: string; from: string; line: number | null }[];
  };
  assert.deepEqual([exit, environment], [0, "prod"]);
  assert.deepEqual(connections.map(({ name, url, from, line }) => [name, url, from, line]), [
    ["inbox", "data/", "file", 2],
    ["warehouse", "w.duckdb", "file", 5],
    ["flat", "postgres://me@h/d", "file", 6],
    ["open", "postgres://me:***@${env.HOST}/d", "file", 7],
    ["SHOP_DB", "postgres://me:***@h/x", "variable", null],
  ]);
});

Deno.test("connection test connects to those that are named, or to all", async () => {
  await using folder = await tempFolder({ ...FILES, "data/a.csv": "id\n1\n" });
  const { exit, envelope } = await runJson(["connection", "test", "inbox", "--as", "source"], { folder: folder.path });
  const { ends } = envelope.result as { ends: { name: string; role: string; ok: boolean }[] };
  assert.deepEqual([exit, ends.map(({ name, role, ok }) => [name, role, ok])], [0, [["inbox", "source", true]]]);
  const slip = await runLine(["connection", "test", "inbx"], { folder: folder.path });
  assert.deepEqual(slip.exit, 2);
  assert.match(slip.err, /did you mean inbox\?/);
});
