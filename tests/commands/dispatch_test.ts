import assert from "node:assert/strict";
import { flagValue } from "../../runtime/commands/command.ts";
import { FLAGS } from "../../runtime/commands/flags.ts";
import { DtegError } from "../../sdk/mod.ts";
import { fakeCommand, runJson, runLine } from "./fake_platform.ts";

// deno-lint-ignore no-control-regex
const ESCAPE = /\x1b\[/;
const failing = (error: unknown) => [fakeCommand({ run: () => Promise.reject(error) })];

Deno.test("a good command prints its text; with --json exactly one object", async () => {
  const commands = [
    fakeCommand({ run: () => Promise.resolve({ summary: "done", result: { rows: 2 }, text: "2 rows" }) }),
  ];
  assert.deepEqual(await runLine(["probe"], { commands }), { exit: 0, out: "2 rows\n", err: "" });
  assert.deepEqual(await runLine(["probe", "-q"], { commands }), { exit: 0, out: "", err: "" });
  const { out, err } = await runJson(["probe"], { commands });
  assert.equal(out, '{"command":"probe","ok":true,"summary":"done","result":{"rows":2},"error":null}\n');
  assert.equal(err, "");
});

Deno.test("what was asked for is printed also when quiet", async () => {
  const commands = [fakeCommand({ run: () => Promise.resolve({ summary: "s", result: 1, output: "rows" }) })];
  assert.deepEqual(await runLine(["probe", "-q"], { commands }), { exit: 0, out: "rows\n", err: "" });
});

Deno.test("an error in a file is FILE:LINE:COL, with the lines at fault and a hint", async () => {
  const error = new DtegError("pipeline.unknown_key", 'there is no key "wirte"', {
    path: "bad.yaml",
    line: 6,
    col: 5,
    excerpt: "6 |   wirte: merge\n  |   ^^^^^",
    hint: "did you mean write?",
  });
  assert.deepEqual(await runLine(["probe"], { commands: failing(error) }), {
    exit: 2,
    out: "",
    err: 'bad.yaml:6:5: there is no key "wirte"\n' +
      "  6 |   wirte: merge\n    |   ^^^^^\n" +
      "  hint: did you mean write?\n" +
      "pipeline.unknown_key: see `dteg help pipeline.unknown_key` or docs/errors.md\n",
  });
  const { envelope } = await runJson(["probe"], { commands: failing(error) });
  assert.deepEqual(envelope, {
    command: "probe",
    ok: false,
    summary: 'there is no key "wirte"',
    result: null,
    error: {
      code: "pipeline.unknown_key",
      failure: "config",
      phase: "before",
      message: 'there is no key "wirte"',
      path: "bad.yaml",
      line: 6,
      col: 5,
      column: null,
      hint: "did you mean write?",
    },
  });
});

Deno.test("several errors are all shown, and stand in `others`", async () => {
  const others = [new DtegError("pipeline.invalid", "second")];
  const commands = failing(new DtegError("pipeline.missing_key", "first", { others }));
  const { err } = await runLine(["probe"], { commands });
  assert.equal(
    err,
    "error: first\nerror: second\npipeline.missing_key, pipeline.invalid: see `dteg help CODE` or docs/errors.md\n",
  );
  const { envelope } = await runJson(["probe"], { commands });
  const error = envelope.error as { code: string; others: { code: string }[] };
  assert.deepEqual([error.code, error.others.map(({ code }) => code)], ["pipeline.missing_key", ["pipeline.invalid"]]);
});

Deno.test("thousands of errors are not all printed", async () => {
  const others = Array.from({ length: 5000 }, (_, at) => new DtegError("pipeline.invalid", `number ${at}`));
  const commands = failing(new DtegError("pipeline.invalid", "first", { others }));
  assert.match((await runLine(["probe"], { commands })).err, /\nand 4981 more\n/);
  assert.ok((await runJson(["probe"], { commands })).out.length < 50_000);
});

Deno.test("a run that fails has a result too", async () => {
  const error = new DtegError("data.value", "a value", { phase: "moving" });
  const commands = [fakeCommand({
    run: () => Promise.resolve({ summary: "1 failed", result: { status: "failed" }, text: "table", error }),
  })];
  const { exit, envelope } = await runJson(["probe"], { commands });
  assert.deepEqual([exit, envelope.ok, envelope.result], [1, false, { status: "failed" }]);
  const { out, err } = await runLine(["probe"], { commands });
  assert.deepEqual([out, err.split("\n")[0]], ["table\n", "error: a value"]);
});

Deno.test("a command may say its exit code", async () => {
  const error = new DtegError("data.value", "a value");
  const commands = [fakeCommand({ run: () => Promise.resolve({ summary: "1 of 2", result: null, error, exit: 5 }) })];
  assert.equal((await runJson(["probe"], { commands })).exit, 5);
});

Deno.test("a fault of dteg has the code internal, and a stack only with -v", async () => {
  const commands = failing(new TypeError("x is undefined"));
  const plain = await runLine(["probe"], { commands });
  assert.equal(plain.exit, 1);
  assert.equal(
    plain.err,
    "error: a fault of dteg itself: x is undefined\n" +
      "  hint: please report it; with -v it says where it happened\n" +
      "internal: see `dteg help internal` or docs/errors.md\n",
  );
  assert.match((await runLine(["probe", "-v"], { commands })).err, /TypeError: x is undefined\n\s+at /);
});

Deno.test("with --log-format json each line of standard error is an object, of an error too", async () => {
  const commands = [fakeCommand({
    run({ terminal }) {
      terminal.log("info", "begins");
      return Promise.reject(new DtegError("file.not_found", "no a.csv", { path: "a.csv" }));
    },
  })];
  const { err } = await runLine(["probe", "--log-format", "json"], { commands });
  const lines = err.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ level, message }) => [level, message]), [["info", "begins"], ["error", "no a.csv"]]);
  assert.equal(lines[1].error.path, "a.csv");
});

Deno.test("an interrupted command ends with 130 or 143", async () => {
  for (const [name, exit] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    const controller = new AbortController();
    const commands = [fakeCommand({
      run({ signal }) {
        controller.abort(name);
        signal.throwIfAborted();
        throw new Error("not aborted");
      },
    })];
    const ran = await runJson(["probe"], { commands, signal: controller.signal });
    const { code, message } = ran.envelope.error as { code: string; message: string };
    assert.deepEqual([ran.exit, code, message], [exit, "cancelled", `interrupted by ${name}`]);
  }
});

Deno.test("a command that was done before the signal came is ok", async () => {
  const controller = new AbortController();
  controller.abort("SIGINT");
  const commands = [fakeCommand({ run: () => Promise.resolve({ summary: "done", result: null }) })];
  assert.equal((await runLine(["probe"], { commands, signal: controller.signal })).exit, 0);
});

Deno.test("colour is for terminals, and for those who force it", async () => {
  const commands = failing(new DtegError("file.not_found", "no a.csv"));
  const coloured = async (setting: { tty?: boolean; env?: Record<string, string> }, ...flags: string[]) =>
    ESCAPE.test((await runLine(["probe", ...flags], { commands, ...setting })).err);
  assert.equal(await coloured({ tty: true }), true);
  assert.equal(await coloured({ tty: true }, "--no-color"), false);
  assert.equal(await coloured({ tty: true, env: { NO_COLOR: "1" } }), false);
  assert.equal(await coloured({}), false);
  assert.equal(await coloured({ env: { FORCE_COLOR: "1" } }), true);
  assert.equal(await coloured({ env: { FORCE_COLOR: "1" } }, "--no-color"), false);
});

Deno.test("help goes to standard output with exit 0: alone, as flag, as command", async () => {
  const alone = await runLine([]);
  assert.deepEqual([alone.exit, alone.err], [0, ""]);
  for (const line of [["--help"], ["-h"], ["help"]]) {
    assert.deepEqual(await runLine(line), alone);
  }
  assert.deepEqual(await runLine(["version", "--help"]), await runLine(["help", "version"]));
});

Deno.test("help wins over a fault beside it", async () => {
  assert.deepEqual(await runLine(["version", "--frobnicate", "--help"]), await runLine(["help", "version"]));
});

Deno.test("--version is `version`", async () => {
  assert.deepEqual(await runLine(["--version"]), await runLine(["version"]));
  assert.match((await runLine(["version"])).out, /^dteg 1\.2\.3 /);
});

Deno.test("an unknown command names the nearest one, a later one says so, a file hints at run", async () => {
  const error = async (word: string) => (await runJson([word])).envelope.error as Record<string, unknown>;
  const told = async (word: string) => {
    const { code, message, hint } = await error(word);
    return [code, message, hint];
  };
  assert.deepEqual(await told("verison"), ["usage", 'there is no command "verison"', "did you mean `dteg version`?"]);
  assert.deepEqual(await told("audit"), [
    "usage",
    "this version does not have the command audit yet",
    "`dteg help` lists the commands that it has",
  ]);
  assert.deepEqual(await told("orders.csv"), [
    "usage",
    'there is no command "orders.csv"',
    "a file or pipeline is loaded by `dteg run`: put `run` before it",
  ]);
});

Deno.test("flags are checked before a command runs, and an environment variable counts as its flag", async () => {
  const command = fakeCommand({
    flags: [FLAGS.threads],
    run: (_app, input) => Promise.resolve({ summary: "s", result: flagValue(input, FLAGS.threads) ?? null }),
  });
  const commands = [command];
  assert.equal((await runJson(["probe", "--threads", "x"], { commands })).exit, 2);
  assert.equal((await runJson(["probe"], { commands, env: { DTEG_THREADS: "3" } })).envelope.result, 3);
  assert.equal(
    (await runJson(["probe", "--threads", "2"], { commands, env: { DTEG_THREADS: "3" } })).envelope.result,
    2,
  );
});
