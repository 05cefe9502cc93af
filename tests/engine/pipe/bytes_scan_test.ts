import { deepEqual, rejects } from "node:assert/strict";
import { bytesScan } from "../../../runtime/engine/pipe/bytes_scan.ts";
import type { BytesBatch } from "../../../sdk/mod.ts";
import type { StageSession } from "../../../runtime/engine/move/session.ts";
import { openSession } from "../stage_session.ts";

const TYPED = [
  { name: "n", type: { kind: "int32" } },
  { name: "t", type: { kind: "text" } },
  { name: "d", type: { kind: "date" } },
  { name: "ts", type: { kind: "timestamptz", precision: 6 } },
  { name: "b", type: { kind: "bytes" } },
  { name: "w", type: { kind: "decimal", precision: 65, scale: 30 } },
] as const;

async function withSession(test: (session: StageSession, tempDir: string) => Promise<void>): Promise<void> {
  await using opened = await openSession();
  await test(opened.session, opened.folder);
}

function batchOf(text: string | ReadableStream<Uint8Array>, schema: BytesBatch["schema"] = TYPED): BytesBatch {
  const stream = typeof text === "string" ? new Blob([text]).stream() : text;
  return { kind: "bytes", format: "csv", schema, stream };
}

Deno.test("bytes of the text form become values of their types", () =>
  withSession(async (session, tempDir) => {
    const scan = bytesScan(
      batchOf('1,"a\nb",2024-02-29,2024-01-01T00:00:00.5Z,\\x00ff,1.5\n-2,"",0001-01-01,,\\x,\n,,,,,\n'),
      { tempDir },
    );
    await session.runScan(scan, (query) => `CREATE TABLE x AS ${query}`);
    deepEqual(await session.all("SELECT n, t, d::text AS d, ts::text AS ts, hex(b) AS b, w, typeof(w) AS of FROM x"), [
      { n: 1, t: "a\nb", d: "2024-02-29", ts: "2024-01-01 00:00:00.5+00", b: "00FF", w: "1.5", of: "VARCHAR" },
      { n: -2, t: "", d: "0001-01-01", ts: null, b: "", w: null, of: "VARCHAR" },
      { n: null, t: null, d: null, ts: null, b: null, w: null, of: "VARCHAR" },
    ]);
  }));

Deno.test("what is no value of its type stops the query and is named", () =>
  withSession(async (session, tempDir) => {
    for (
      const [kind, text] of [
        ["date", "0000-00-00"],
        ["date", "0000-01-01"],
        ["date", "2023-02-31"],
        ["time", "838:59:59"],
        ["time", "-00:00:01"],
        ["uuid", "x"],
      ] as const
    ) {
      const scan = bytesScan(batchOf(`${text}\n`, [{ name: "c", type: { kind } }]), { tempDir });
      await rejects(session.runScan(scan, (query) => `CREATE OR REPLACE TABLE x AS ${query}`), {
        code: "data.value",
        column: "c",
      });
    }
    const nanos = bytesScan(
      batchOf("2024-01-01T00:00:00.123456789\n", [{ name: "c", type: { kind: "timestamp", precision: 6 } }]),
      { tempDir },
    );
    await rejects(session.runScan(nanos, (query) => `CREATE OR REPLACE TABLE x AS ${query}`), { code: "data.value" });
  }));

Deno.test("a stream that breaks off fails the query, with its own reason", () =>
  withSession(async (session, tempDir) => {
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode("1,a,,,,\n"));
        controller.error(new Error("the server is gone"));
      },
    });
    const scan = bytesScan(batchOf(broken), { tempDir });
    await rejects(session.runScan(scan, (query) => `CREATE TABLE x AS ${query}`), /the server is gone/);
  }));

Deno.test("a reader that wants less, or fails before it reads, lets the stream go", () =>
  withSession(async (session, tempDir) => {
    for (const statement of ["CREATE TABLE y AS SELECT * FROM (%) LIMIT 1", "SELECT nothing FROM nowhere"]) {
      let isCancelled = false;
      const endless = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(new TextEncoder().encode("1,a,,,,\n".repeat(10_000))),
        cancel: () => void (isCancelled = true),
      }, { highWaterMark: 0 });
      const scan = bytesScan(batchOf(endless), { tempDir });
      await session.runScan(scan, (query) => statement.replace("%", query)).catch(() => 0);
      deepEqual(isCancelled, true, statement);
    }
  }));

Deno.test("a row that is too wide for the memory names the memory that would do", () =>
  withSession(async (session, tempDir) => {
    const wide = () => batchOf(`1,${"x".repeat(3e6)},,,,\n`);
    await rejects(
      session.runScan(bytesScan(wide(), { tempDir, memory: 64e6 }), (query) => `CREATE TABLE x AS ${query}`),
      (error: Error) =>
        "code" in error && error.code === "memory.row_too_wide" && "hint" in error &&
        /--max-memory 384MB/.test(String(error.hint)),
    );
    deepEqual(await session.runScan(bytesScan(wide(), { tempDir, memory: 2e8 }), (q) => `CREATE TABLE x AS ${q}`), 1);
  }));
