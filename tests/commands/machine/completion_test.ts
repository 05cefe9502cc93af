import assert from "node:assert/strict";
import { COMMANDS } from "../../../runtime/commands/catalogue.ts";
import { complete } from "../../../runtime/commands/machine/complete.ts";
import { COMPLETION_SCRIPTS, type Shell } from "../../../runtime/commands/machine/completion_scripts.ts";
import { inFolder } from "../../e2e/binary.ts";
import { runLine } from "../fake_platform.ts";

/** A project with two pipelines and two environments. */
async function inProject(test: (folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/pipelines`);
    const files = {
      "dteg.yaml": "version: 1\nenvironments:\n  dev: {}\n  prod: { connections: { lake: parquet://lake/ } }\n",
      "connections.yaml": "warehouse: duckdb://w.duckdb\nweb: data/\n",
      "pipelines/orders.yaml":
        "version: 1\nsource: { connection: web }\nstreams: [orders, name: order_items]\ndestination: { connection: warehouse }\n",
      "pipelines/customers.yaml":
        "version: 1\nsource: { connection: web }\nstreams: [customers, '*']\ndestination: { connection: warehouse }\n",
    };
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    await test(folder);
  });
}

async function found(line: string, folder = "/nowhere"): Promise<readonly string[]> {
  const lines = await complete(line.split(" "), { catalogue: COMMANDS, env: {}, folder });
  return lines.map((one) => one.split("\t")[0]);
}

Deno.test("commands, flags and their words are completed from their rows", async () => {
  assert.deepEqual(await found("co"), ["connection", "completion"]);
  assert.deepEqual(await found("run --fr"), ["--from"]);
  assert.deepEqual(await found("run --log-level w"), ["warn"]);
  assert.deepEqual(await found("run --log-format=t"), ["--log-format=text"]);
  assert.deepEqual(await found("query x --format c"), ["csv"]);
  assert.deepEqual(await found("run --write a"), ["append"]);
  assert.deepEqual(await found("completion f"), ["fish"]);
  assert.deepEqual(await found("help doc"), ["doctor"]);
  assert.deepEqual(await found("run --config "), [":files"]);
});

Deno.test("every flag of every command is completed", async () => {
  for (const [name, load] of Object.entries(COMMANDS)) {
    const { flags } = await load();
    const all = await found(`${name} --`);
    assert.deepEqual(flags.map((flag) => `--${flag.name}`).filter((flag) => !all.includes(flag)), []);
  }
});

Deno.test("pipelines, connections, streams and environments of the project are completed, and no file of data is opened", async () => {
  await inProject(async (folder) => {
    assert.deepEqual(await found("run ", folder), ["customers", "orders", ":files"]);
    assert.deepEqual(await found("run --from w", folder), ["warehouse", "web", ":files"]);
    assert.deepEqual(await found("run --to=l", folder), ["--to=lake", ":files"]);
    assert.deepEqual(await found("run orders --stream ", folder), ["customers", "order_items", "orders"]);
    assert.deepEqual(await found("run --env p", folder), ["prod"]);
    assert.deepEqual(await found("connection test we", folder), ["web"]);
    assert.deepEqual(await found("undo ", folder), ["last"]);
    assert.deepEqual(await found("undo last order_", folder), ["order_items"]);
    assert.deepEqual(await found("state re", folder), ["reset", "rename"]);
    assert.deepEqual(await found("state show o", folder), ["orders"]);
    assert.deepEqual(await found("state reset orders order_", folder), ["order_items"]);
  });
});

Deno.test("a project with a fault completes what does not need it", async () => {
  await inProject(async (folder) => {
    await Deno.writeTextFile(`${folder}/dteg.yaml`, "version: [\n");
    assert.deepEqual(await found("run --from w", folder), [":files"]);
    assert.deepEqual(await found("ru", folder), ["run", "runs"]);
  });
});

Deno.test("an unknown shell is answered by the near one", async () => {
  const { exit, err } = await runLine(["completion", "bsh"]);
  assert.deepEqual([exit, err.split("\n").slice(0, 2)], [2, [
    'error: completion does not know the shell "bsh"',
    "  hint: did you mean bash?",
  ]]);
});

/** Commands that give the candidates of a line, one a line, in a real shell. */
const ASK: Readonly<Record<Shell, (line: string) => readonly string[]>> = {
  bash: (line) => [
    "bash",
    "--norc",
    "-c",
    `source ./script; COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; read -r -a COMP_WORDS <<< "$COMP_LINE"
     case "$COMP_LINE" in *' ') COMP_WORDS+=("");; esac
     COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _dteg; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  zsh: (line) => [
    "zsh",
    "-f",
    "-c",
    `compdef() { : }; compadd() { print -l -- $names }; _files() { print -l -- \${words[CURRENT]}*(N) }
     source ./script; words=(\${(s: :)\${:-'${line}'}}); [[ '${line}' == *' ' ]] && words+=('')
     CURRENT=$#words; _dteg`,
  ],
  fish: (line) => ["fish", "--no-config", "-c", `source ./script; complete -C '${line}' | string split -f1 \\t`],
};

for (const shell of Object.keys(COMPLETION_SCRIPTS) as Shell[]) {
  const ignore = !["/bin", "/usr/bin"].some((bin) => {
    try {
      return Deno.statSync(`${bin}/${shell}`).isFile;
    } catch {
      return false;
    }
  });
  Deno.test({
    name: `${shell} completes commands, flags, names and files with the script`,
    ignore,
    fn: () => inProject((folder) => inShell(shell, folder)),
  });
}

async function inShell(shell: Shell, folder: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/script`, COMPLETION_SCRIPTS[shell]);
  await Deno.mkdir(`${folder}/bin`);
  const main = new URL("../../../main.ts", import.meta.url).pathname;
  const start = `exec '${Deno.execPath()}' run -A --no-check --cached-only '${main}' "$@"`;
  await Deno.writeTextFile(`${folder}/bin/dteg`, `#!/bin/sh\n${start}\n`, { mode: 0o755 });
  const candidates = async (line: string) => {
    const [command, ...args] = ASK[shell](line);
    const { PATH = "/usr/bin:/bin" } = Deno.env.toObject();
    const child = new Deno.Command(command, {
      args,
      cwd: folder,
      env: { PATH: `${folder}/bin:${PATH}`, HOME: Deno.env.get("HOME") ?? folder },
      stdin: "null",
    });
    const { stdout } = await child.output();
    return new TextDecoder().decode(stdout).trim().split("\n").filter(Boolean).toSorted();
  };
  assert.deepEqual(await candidates("dteg compl"), ["completion"]);
  assert.deepEqual(await candidates("dteg run --from w"), ["warehouse", "web"]);
  assert.deepEqual(await candidates("dteg run orders --stream o"), ["order_items", "orders"]);
  const files = await candidates("dteg validate --config d");
  assert.ok(files.some((file) => file.endsWith("dteg.yaml")), files.join(" "));
}
