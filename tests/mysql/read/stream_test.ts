import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parametersOf } from "../../../plugins/mysql/parameters.ts";
import { connect, type MysqlSession } from "../../../plugins/mysql/session.ts";
import { asUser } from "../../e2e/user.ts";
import { openServer } from "../server.ts";

const server = await openServer({ tls: true });
const db = await server.createDatabase();
/** 12 MB in 200,000 rows. */
await server.sql(
  "CREATE TABLE long_one (id int PRIMARY KEY, t varchar(100)); INSERT INTO long_one SELECT seq, concat(md5(seq), ', ', sha1(seq), '\"') FROM seq_1_to_100000",
  { db },
);
const QUERY = "SELECT id, t FROM long_one ORDER BY id";
const lines = (await server.sql(QUERY, { db })).split("\n").map((line) => {
  const [id, t] = line.split("\t");
  return `${id},"${t.replaceAll('"', '""')}"\n`;
});
const wanted = lines.join("");
const hashOf = (text: string | Uint8Array) => createHash("sha256").update(text).digest("hex");
ok(wanted.length > 8e6);

const TRANSPORTS = {
  plain: { url: server.url(db, { options: "sslmode=disable" }) },
  TLS: { url: server.url(db, { options: "sslmode=require" }) },
  "a unix socket": { url: server.url(db), socket: server.socket },
} as const;

async function withSession(config: { url: string; socket?: string }, test: (session: MysqlSession) => Promise<void>) {
  await using session = await connect(parametersOf(config), { signal: new AbortController().signal });
  await test(session);
}

/** Fails a test that hangs. */
async function within<T>(seconds: number, step: Promise<T>): Promise<T> {
  const late = sleep(seconds * 1000, undefined, { ref: false }).then(() => {
    throw new Error(`not done after ${seconds} s`);
  });
  return await Promise.race([step, late]);
}

for (const [name, config] of Object.entries(TRANSPORTS)) {
  Deno.test(`all rows arrive in order over ${name}, at a reader that is slow, and at one that begins late`, async () => {
    for (const pace of ["slow", "late"]) {
      await within(
        60,
        withSession(config, async (session) => {
          const stream = session.csv(QUERY, ["plain", "text"]);
          if (pace === "late") await sleep(100);
          const hash = createHash("sha256");
          let count = 0;
          for await (const piece of stream) {
            hash.update(piece);
            if (pace === "slow" && ++count % 4 === 0) await sleep(10);
          }
          equal(hash.digest("hex"), hashOf(wanted));
          deepEqual(await session.query("SELECT 1 AS a"), [{ a: "1" }]); // it can be used again
        }),
      );
    }
  });

  Deno.test(`the binary does so over ${name} when what it writes to is slow`, () =>
    asUser(async (user) => {
      const url = config.url + ("socket" in config ? `?socket=${encodeURIComponent(config.socket)}` : "");
      const child = user.start(["run", "--from", url, "--stream", "long_one", "--to", "-", "-q"]);
      const rows: string[] = [];
      const reading = (async () => {
        let rest = "";
        for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
          const parts = (rest + text).split(/(?<=\n)/);
          rest = parts.at(-1)?.endsWith("\n") ? "" : parts.pop() ?? "";
          rows.push(...parts);
          if (rows.length % 7 === 0) await sleep(5);
        }
      })();
      const stderr = new Response(child.stderr).text();
      await within(60, reading);
      equal((await child.status).code, 0, await stderr);
      equal(hashOf(rows.slice(1).join("")), hashOf(wanted));
    }));
}

Deno.test("a reader that stops reading holds the server back: nothing is gathered", () =>
  within(
    30,
    withSession(TRANSPORTS.plain, async (session) => {
      const reader = session.csv("SELECT a.id, b.t FROM long_one a, long_one b LIMIT 3000000", ["plain", "text"])
        .getReader(); // 240 MB
      await reader.read();
      const before = Deno.memoryUsage();
      await sleep(1500);
      const after = Deno.memoryUsage();
      ok(after.rss - before.rss < 30e6, `${after.rss - before.rss} bytes more`);
      await reader.cancel();
    }),
  ));

Deno.test("a stream that is broken off ends its connection; one that fails tells what the server said", () =>
  within(
    30,
    withSession(TRANSPORTS.plain, async (session) => {
      await rejects(
        new Response(session.csv("SELECT t FROM nowhere", ["text"])).text(),
        { code: "stream.not_found" },
      );
      equal(session.isReusable(), true);
      const reader = session.csv(QUERY, ["plain", "text"]).getReader();
      await reader.read();
      await reader.cancel();
      equal(session.isReusable(), false);
    }),
  ));
