import assert from "node:assert/strict";
import { localTime } from "../../runtime/commands/view/log_lines.ts";
import { newRunId } from "../../runtime/store/run_id.ts";
import { openRunStore } from "../../runtime/store/run_store.ts";
import { runJson, runLine } from "../commands/fake_platform.ts";
import {
  ended,
  errorReport,
  logged,
  progress,
  runReport,
  started,
  streamEnded,
  streamReport,
  streamStarted,
} from "../store/sample_events.ts";

const T = Date.UTC(2026, 4, 9, 10, 0, 0);
const [GOOD, BAD, OPEN] = [0, 60_000, 120_000].map((after) => newRunId(T + after));

/** A folder in which three runs were: one that went well, one that failed, one that goes on. */
async function withRuns(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  {
    using store = openRunStore(folder);
    const record = store.record;
    record(started(GOOD, T));
    record(streamEnded(GOOD, T + 100, { read: 1_234_567 }));
    record(ended(GOOD, T + 1500, runReport(GOOD, [streamReport({ read: 1_234_567 })])));
    record(started(BAD, T + 60_000));
    record(logged(BAD, T + 60_000, "guessed `;`", { level: "debug" }));
    const failed = streamReport({ read: 0, bytes: null, status: "failed", error: errorReport() });
    record(streamEnded(BAD, T + 60_100, failed));
    record(ended(BAD, T + 60_200, runReport(BAD, [failed], { status: "failed", seconds: 0.2 }), errorReport()));
    record(started(OPEN, T + 120_000));
    record(streamStarted(OPEN, T + 120_000));
    record(progress(OPEN, T + 121_000, { rows: 1000 }));
  }
  await act(folder);
  await Deno.remove(folder, { recursive: true });
}

const time = (after: number) => localTime(T + after, { day: true });

Deno.test("`runs` lists the newest first", () =>
  withRuns(async (folder) => {
    const { exit, out } = await runLine(["runs"], { folder });
    assert.equal(exit, 0);
    assert.deepEqual(out.split("\n"), [
      "run             started              status       time       rows  streams  pipeline  error",
      "──────────────  ───────────────────  ─────────  ──────  ─────────  ───────  ────────  ──────────",
      `${OPEN}  ${time(120_000)}  · running       -          0        1  shop`,
      `${BAD}  ${time(60_000)}  ✗ failed   200 ms          0        1  shop      data.value`,
      `${GOOD}  ${time(0)}  ✓ ok        1.5 s  1,234,567        1  shop`,
      "",
    ]);
    assert.equal((await runLine(["runs"], { folder, env: { COLUMNS: "60" } })).out, out); // piped, nothing is cut
    assert.equal(
      (await runLine(["runs", "list", "--status", "ok", "--limit", "5"], { folder })).out.split("\n").length,
      4,
    );
  }));

Deno.test("the list as JSON has times in UTC", () =>
  withRuns(async (folder) => {
    const { envelope } = await runJson(["runs", "--status", "failed"], { folder });
    assert.deepEqual(envelope, {
      command: "runs",
      ok: true,
      summary: "1 run",
      result: {
        runs: [{
          run: BAD,
          status: "failed",
          started: "2026-05-09T10:01:00.000Z",
          ended: "2026-05-09T10:01:00.200Z",
          seconds: 0.2,
          pipelines: ["shop"],
          streams: 1,
          written: 0,
          error: "data.value",
        }],
      },
      error: null,
    });
  }));

Deno.test("`runs show` prints the report and the error", () =>
  withRuns(async (folder) => {
    const { out } = await runLine(["runs", "show", BAD], { folder });
    assert.deepEqual(out.split("\n"), [
      `run       ${BAD}  ✗ failed`,
      `started   ${time(60_000)}, took 200 ms`,
      "pipeline  shop (shop.yaml)",
      `dteg      1.2.3 on deno ${Deno.version.deno}, ${Deno.build.os} ${Deno.build.arch}`,
      "",
      "  stream  read  written    time  rows/s  to",
      "  ──────  ────  ───────  ──────  ──────  ───────────────────────",
      "✗ orders     0        0  500 ms       -  dteg.duckdb main.orders",
      "",
      "✗ orders: data.value",
      '  orders.csv:3:7: cannot read "x12" as decimal(18,2)',
      "  hint: mend the line",
      "",
      `\`dteg runs logs ${BAD}\` shows what it told.`,
      "",
    ]);
  }));

Deno.test("`runs show` of a run that goes on says how far it is", () =>
  withRuns(async (folder) => {
    const { out } = await runLine(["runs", "show"], { folder });
    assert.deepEqual(out.split("\n").slice(0, 1), [`run       ${OPEN}  · running`]);
    assert.deepEqual(out.split("\n").slice(5, 6), ["· orders  moving, 1,000 rows, 80 B, to dteg.duckdb main.orders"]);
  }));

Deno.test("`runs logs` prints what a run told, from a level up", () =>
  withRuns(async (folder) => {
    const { out } = await runLine(["runs", "logs", BAD.slice(0, 6)], { folder });
    assert.deepEqual(out.split("\n"), [
      `${time(60_000)} info  run ${BAD} of shop`,
      `${time(60_000)} debug guessed \`;\``,
      `${time(60_100)} error orders  failed: data.value: cannot read "x12" as decimal(18,2)`,
      `${time(60_200)} error run failed: 1 stream, 0 rows in 200 ms; data.value: cannot read "x12" as decimal(18,2)`,
      "",
    ]);
    const { envelope } = await runJson(["runs", "logs", BAD, "--level", "error"], { folder });
    assert.equal(envelope.summary, `2 lines of run ${BAD}`);
    assert.equal(
      (await runLine(["runs", "logs", GOOD, "--level", "warn"], { folder })).out,
      `run ${GOOD} told nothing of level warn or above\n`,
    );
  }));

Deno.test("where nothing ran, `runs` says so and is content", async () => {
  const folder = await Deno.makeTempDir();
  assert.deepEqual(await runLine(["runs"], { folder }), {
    exit: 0,
    out: "no runs yet; `dteg run FILE` makes one\n",
    err: "",
  });
  assert.deepEqual((await runJson(["runs"], { folder })).envelope.result, { runs: [] });
  const { exit, envelope } = await runJson(["runs", "show", "last"], { folder });
  assert.deepEqual([exit, (envelope.error as { code: string }).code], [2, "run.not_found"]);
  await Deno.remove(folder);
});

Deno.test("what `runs` does not know is answered with what was meant", () =>
  withRuns(async (folder) => {
    const hints = async (...words: readonly string[]) => {
      const { exit, envelope } = await runJson(["runs", ...words], { folder });
      const { code, hint } = envelope.error as { code: string; hint: string };
      return [exit, code, hint];
    };
    assert.deepEqual(await hints("lgos"), [2, "usage", "did you mean logs?"]);
    assert.deepEqual(await hints("last"), [2, "usage", "did you mean `dteg runs show last`?"]);
    assert.deepEqual(await hints("show", `${BAD.slice(0, -1)}_`), [
      2,
      "run.not_found",
      `did you mean ${BAD}? \`dteg runs list\` shows them`,
    ]);
    assert.deepEqual(await hints("show", "r"), [2, "run.ambiguous", "give more of the id"]);
    assert.deepEqual(await hints("show", "last", "--level", "warn"), [
      2,
      "flag.conflict",
      "it belongs to `dteg runs logs`",
    ]);
    assert.deepEqual(await hints("list", "last"), [2, "argument.unexpected", "use `dteg runs show last`"]);
  }));
