import assert from "node:assert/strict";
import { allowsColour } from "../../runtime/commands/style.ts";
import { type Device, openTerminal, type OutputSettings } from "../../runtime/commands/terminal.ts";
import { DtegError } from "../../sdk/mod.ts";
import { keepingSink } from "./fake_platform.ts";

const PLAIN: OutputSettings = { json: false, quiet: false, noColour: false, logFormat: "text", logLevel: "info" };

function fake(settings: Partial<OutputSettings> = {}, device: Partial<Device> = {}) {
  const out = keepingSink(), err = keepingSink();
  const made: Device = {
    out,
    err,
    env: {},
    inputIsTty: false,
    width: () => undefined,
    readLine: () => Promise.resolve(undefined),
    ...device,
  };
  return { out, err, terminal: openTerminal(made, { ...PLAIN, ...settings }) };
}

Deno.test("colour: a capable terminal has it, NO_COLOR and --no-color refuse it, FORCE_COLOR asks for it", () => {
  const allows = (isTty: boolean, env: Record<string, string>, refused = false) =>
    allowsColour({ isTty, env, refused });
  assert.equal(allows(true, { TERM: "xterm" }), true);
  assert.equal(allows(true, { TERM: "dumb" }), false);
  assert.equal(allows(true, { NO_COLOR: "1" }), false);
  assert.equal(allows(true, { NO_COLOR: "" }), true);
  assert.equal(allows(true, {}, true), false);
  assert.equal(allows(false, {}), false);
  assert.equal(allows(false, { FORCE_COLOR: "1" }), true);
  assert.equal(allows(true, { FORCE_COLOR: "0" }), false);
  assert.equal(allows(false, { FORCE_COLOR: "1", NO_COLOR: "1" }), false);
  assert.equal(allows(false, { FORCE_COLOR: "1" }, true), false);
});

Deno.test("a write is complete although the pipe takes it in pieces", () => {
  const { out, terminal } = fake();
  const text = "å∂ƒ\n".repeat(2000);
  terminal.write(text);
  assert.equal(out.text(), text);
});

Deno.test("a write waits for a pipe that is full", () => {
  const kept = keepingSink();
  let refusals = 2;
  const { terminal } = fake({}, {
    out: {
      isTty: false,
      write(bytes) {
        if (refusals-- > 0) throw new Deno.errors.WouldBlock("full");
        return kept.write(bytes);
      },
    },
  });
  terminal.write("abc");
  assert.equal(kept.text(), "abc");
});

Deno.test("a reader that has gone is no error", () => {
  const gone = {
    isTty: false,
    write(): number {
      throw new Deno.errors.BrokenPipe("gone");
    },
  };
  const { terminal } = fake({}, { out: gone, err: gone });
  terminal.write("a");
  terminal.log("warn", "b");
  assert.equal(terminal.outClosed, true);
});

Deno.test("a full disk behind standard output is an error", () => {
  const full = {
    isTty: false,
    write(): number {
      throw Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
    },
  };
  assert.throws(() => fake({}, { out: full }).terminal.write("a"), (error) => {
    return error instanceof DtegError && error.code === "environment.disk_full";
  });
});

Deno.test("log lines below the level are left out; quiet leaves errors only", () => {
  const lines = (settings: Partial<OutputSettings>) => {
    const { err, terminal } = fake(settings);
    for (const level of ["debug", "info", "warn", "error"] as const) terminal.log(level, level);
    return err.text();
  };
  assert.equal(lines({}), "info\nwarning: warn\nerror: error\n");
  assert.equal(lines({ logLevel: "debug" }), "debug\ninfo\nwarning: warn\nerror: error\n");
  assert.equal(lines({ logLevel: "debug", quiet: true }), "error: error\n");
});

Deno.test("log lines are JSON objects when asked", () => {
  const { err, terminal } = fake({ logFormat: "json" });
  terminal.log("info", "two\nlines", { rows: 2 });
  const { at, ...line } = JSON.parse(err.text());
  assert.match(at, /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(line, { level: "info", message: "two\nlines", rows: 2 });
});

Deno.test("a progress line is for a terminal with text that is not quiet", () => {
  const live = (settings: Partial<OutputSettings>, env: Record<string, string> = {}, isTty = true) =>
    fake(settings, { err: keepingSink({ isTty }), env }).terminal.live;
  assert.equal(live({}), true);
  assert.equal(live({}, {}, false), false);
  assert.equal(live({}, { TERM: "dumb" }), false);
  assert.equal(live({ quiet: true }), false);
  assert.equal(live({ logFormat: "json" }), false);
});

Deno.test("a question is for a person; without a terminal there is no answer", async () => {
  const answer = (line: string | undefined, tty = true) =>
    fake({}, { err: keepingSink({ isTty: tty }), inputIsTty: tty, readLine: () => Promise.resolve(line) })
      .terminal.confirm("Replace it?");
  assert.equal(await answer("y\n"), true);
  assert.equal(await answer("Yes\n"), true);
  assert.equal(await answer("\n"), false);
  assert.equal(await answer(undefined), false);
  assert.equal(await answer("y\n", false), undefined);
});
