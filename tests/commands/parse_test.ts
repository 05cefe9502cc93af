import assert from "node:assert/strict";
import { argumentErrors, parseWords, splitCommand } from "../../runtime/commands/parse.ts";
import { FLAGS, GLOBAL } from "../../runtime/commands/flags.ts";
import { fakeCommand } from "./fake_platform.ts";

const flags = [...Object.values(GLOBAL), ...Object.values(FLAGS)];
const parse = (line: string, env: Record<string, string> = {}) =>
  parseWords(line ? line.split(" ") : [], { flags, env });
const values = (line: string, env = {}) => {
  const { input, errors } = parse(line, env);
  assert.deepEqual(errors.map((error) => error.message), []);
  return input;
};
const faults = (line: string, env = {}) => parse(line, env).errors.map(({ code, message }) => [code, message]);

Deno.test("a flag's value follows it or stands behind an equals sign", () => {
  assert.deepEqual(values("--from a.csv --to=b.csv x.yaml"), {
    args: ["x.yaml"],
    flags: { from: "a.csv", to: "b.csv" },
  });
  assert.deepEqual(values("--where=a=b").flags, { where: "a=b" });
  assert.deepEqual(values("--name=").flags, { name: "" });
});

Deno.test("short flags stand alone, together, and with their value", () => {
  assert.deepEqual(values("-qy").flags, { quiet: true, yes: true });
  assert.deepEqual(values("-c a -o=b").flags, { config: "a", out: "b" });
  assert.deepEqual(values("-ca -yob").flags, { config: "a", yes: true, out: "b" });
});

Deno.test("a lone dash is a value and an argument", () => {
  assert.deepEqual(values("--from - -"), { args: ["-"], flags: { from: "-" } });
});

Deno.test("after two dashes all are arguments", () => {
  assert.deepEqual(values("-y -- --from -q"), { args: ["--from", "-q"], flags: { yes: true } });
});

Deno.test("a negative number is a value", () => {
  assert.deepEqual(values("--where -1").flags, { where: "-1" });
  assert.deepEqual(values("-1.5").args, ["-1.5"]);
  assert.deepEqual(faults("--limit -5"), [["flag.invalid", '--limit "-5": wanted a whole number from 1 up']]);
});

Deno.test("a flag that may be repeated is a list", () => {
  assert.deepEqual(values("--stream a --stream b").flags, { stream: ["a", "b"] });
  assert.deepEqual(parseWords(["--key", 'a,"b, c"', "--key=d"], { flags, env: {} }).input.flags, {
    key: ["a", "b, c", "d"],
  });
  assert.deepEqual(values("--var a=1 --var b=x=y").flags, {
    var: ["a=1", "b=x=y"],
  });
});

Deno.test("another flag given twice is refused, unless both say the same", () => {
  assert.deepEqual(values("--to a --to a -v -v").flags, { to: "a", verbose: true });
  assert.deepEqual(faults("--to a --to b"), [["flag.conflict", '--to is given twice: "a" and "b"']]);
});

Deno.test("an unknown flag names the nearest one", () => {
  const { errors: [error] } = parse("--wirte merge");
  assert.deepEqual([error.code, error.message, error.hint], [
    "usage",
    "dteg has no flag --wirte",
    "did you mean --write?",
  ]);
  assert.deepEqual(faults("-z"), [["usage", "dteg has no flag -z"]]);
});

Deno.test("a flag without its value is refused, also before another flag and at the end", () => {
  assert.deepEqual(faults("--from --to x"), [["flag.missing_value", "--from lacks its value: SOURCE"]]);
  assert.deepEqual(faults("--to x --from"), [["flag.missing_value", "--from lacks its value: SOURCE"]]);
});

Deno.test("a flag that takes no value refuses one", () => {
  assert.deepEqual(faults("--json=x"), [["flag.invalid", '--json takes no value: "x" was given']]);
});

Deno.test("a bad value names flag, value and what was wanted", () => {
  assert.deepEqual(faults("--threads many"), [["flag.invalid", '--threads "many": wanted a whole number from 1 up']]);
  assert.deepEqual(faults("--max-memory lots"), [[
    "flag.invalid",
    '--max-memory "lots": wanted a size such as 256MB, 1GB, 512MiB, or a number of bytes',
  ]]);
  assert.deepEqual(faults("--max-memory 64MB"), [["flag.invalid", '--max-memory "64MB": wanted at least 192MB']]);
  assert.deepEqual(faults("--log-level shout"), [[
    "flag.invalid",
    '--log-level "shout": wanted one of debug, info, warn, error',
  ]]);
  assert.deepEqual(faults("--write upsert-ish"), [[
    "flag.invalid",
    '--write "upsert-ish": wanted one of append, replace, merge, scd2',
  ]]);
  assert.deepEqual(faults("--var t"), [["flag.invalid", '--var "t": wanted NAME=VALUE']]);
  assert.deepEqual(faults("--key a,,b"), [[
    "flag.invalid",
    '--key "a,,b": wanted names with commas between: id,"odd, name"',
  ]]);
});

Deno.test("a password in a value does not show", () => {
  assert.deepEqual(faults("--threads postgres://u:s3cret@h/d"), [[
    "flag.invalid",
    '--threads "postgres://u:***@h/d": wanted a whole number from 1 up',
  ]]);
});

Deno.test("several faults are found at once", () => {
  assert.deepEqual(faults("--threads many --frob --from").map(([code]) => code), [
    "usage",
    "flag.missing_value",
    "flag.invalid",
  ]);
});

Deno.test("the ends of an interval are dates, times and numbers", () => {
  assert.deepEqual(faults("--interval-start 2024-05-01 --interval-end 1000"), []);
  assert.equal(faults("--interval-end 2024-02-30")[0][0], "flag.invalid");
  assert.deepEqual(faults("--interval-start yesterday-ish"), [[
    "flag.invalid",
    '--interval-start "yesterday-ish": wanted a date such as 2024-05-01, a time such as 2024-05-01T06:30:00Z, or a number',
  ]]);
});

Deno.test("a flag beats its environment variable, and an empty variable is none", () => {
  const env = { DTEG_LOG_LEVEL: "debug", DTEG_QUIET: "1", DTEG_YES: "no", DTEG_MAX_MEMORY: "1GB", DTEG_TO: "" };
  assert.deepEqual(values("--log-level warn", env).flags, {
    "log-level": "warn",
    quiet: true,
    yes: false,
    "max-memory": 1e9,
  });
});

Deno.test("a fault of an environment variable names the variable", () => {
  assert.deepEqual(faults("", { DTEG_LOG_LEVEL: "shout" }), [[
    "flag.invalid",
    'DTEG_LOG_LEVEL "shout": wanted one of debug, info, warn, error',
  ]]);
  assert.deepEqual(faults("", { DTEG_JSON: "maybe" }), [["flag.invalid", 'DTEG_JSON "maybe": wanted true or false']]);
});

Deno.test("the command is the first word that is neither flag nor a flag's value", () => {
  const split = (line: string) => splitCommand(line.split(" "));
  assert.deepEqual(split("--log-level debug run -q a"), { name: "run", rest: ["--log-level", "debug", "-q", "a"] });
  assert.deepEqual(split("--limit 5 -c x run"), { name: "run", rest: ["--limit", "5", "-c", "x"] });
  assert.deepEqual(split("--log-level=debug --json"), { rest: ["--log-level=debug", "--json"] });
});

Deno.test("a command's arguments are counted", () => {
  const command = fakeCommand({
    args: [{ name: "FILE", summary: "a file", required: true }],
    run: () => Promise.reject(new Error("not run")),
  });
  const messages = (args: string[]) => argumentErrors(command, args).map(({ code, message }) => [code, message]);
  assert.deepEqual(messages(["a"]), []);
  assert.deepEqual(messages([]), [["argument.missing", "probe lacks FILE: a file"]]);
  assert.deepEqual(messages(["a", "b"]), [["argument.unexpected", 'probe does not take the argument "b"']]);
});
