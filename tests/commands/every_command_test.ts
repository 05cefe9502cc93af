import assert from "node:assert/strict";
import { COMMANDS, LATER_COMMANDS } from "../../runtime/commands/catalogue.ts";
import { GLOBAL } from "../../runtime/commands/flags.ts";
import { runJson, runLine } from "./fake_platform.ts";

const NAMES = Object.keys(COMMANDS);

for (const name of NAMES) {
  Deno.test(`${name}: help is on standard output, names --json, has no colour in a pipe, and fits 120 columns`, async () => {
    for (
      const setting of [{}, { tty: true, width: 300, env: { NO_COLOR: "1" } }, {
        tty: true,
        width: 20,
        env: { NO_COLOR: "1" },
      }]
    ) {
      const { exit, out, err } = await runLine([name, "--help"], setting);
      assert.deepEqual([exit, err], [0, ""]);
      assert.match(out, new RegExp(`^dteg ${name}: `));
      assert.match(out, /--json/);
      assert.equal(out.includes("\x1b"), false);
      assert.deepEqual(out.split("\n").filter((line) => line.length > 120), []);
    }
  });

  Deno.test(`${name}: a usage fault is one object with --json, exit 2`, async () => {
    const { exit, envelope, err } = await runJson([name, "--frobnicate"]);
    const { code, message } = envelope.error as { code: string; message: string };
    assert.deepEqual(
      [exit, envelope.command, envelope.ok, envelope.result, code, message],
      [2, name, false, null, "usage", `${name} has no flag --frobnicate`],
    );
    assert.match(err, /^error: \w+ has no flag --frobnicate\n/);
  });

  Deno.test(`${name}: its flags have names of their own, and so have their short forms`, async () => {
    const { flags } = await COMMANDS[name]();
    const all = [...Object.values(GLOBAL), ...flags];
    const names = all.map((flag) => flag.name), shorts = all.flatMap(({ short }) => short ? [short] : []);
    assert.deepEqual([names.length, shorts.length], [new Set(names).size, new Set(shorts).size]);
  });

  Deno.test(`${name}: the name in the catalogue is its own, and each example is a line of it`, async () => {
    const command = await COMMANDS[name]();
    assert.equal(command.name, name);
    for (const { line } of command.examples) assert.match(line, new RegExp(`\\bdteg ${name}\\b`));
  });
}

Deno.test("`dteg help` names every command of this version, and no later one", async () => {
  const { out } = await runLine(["help"]);
  for (const name of NAMES) assert.match(out, new RegExp(`^  ${name} `, "m"));
  for (const name of LATER_COMMANDS) assert.doesNotMatch(out, new RegExp(`^  ${name} `, "m"));
});
