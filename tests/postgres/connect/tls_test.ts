import { equal, match } from "node:assert/strict";
import { connect } from "../../../plugins/postgres/session.ts";
import { parametersOf } from "../../../plugins/postgres/parameters.ts";
import { asUser } from "../../e2e/user.ts";
import { openServer } from "../server.ts";

const server = await openServer({ tls: true });
await server.psql(
  `CREATE TABLE t AS SELECT i AS id, repeat(md5(i::text), 1 + i % 40) || 'é' AS v FROM generate_series(1, 20000) i;
  CREATE DATABASE target`,
);
const SUM = "SELECT count(*), sum(length(v)), md5(string_agg(v || chr(10), '' ORDER BY id)) FROM t";
const wanted = await server.psql(SUM);
const ca = `sslrootcert=${server.folder}/ca.crt`;
const LIMIT = 60_000;

const ways = [
  ["over TCP", { options: "sslmode=disable" }],
  ["over TLS", { host: "localhost", options: `sslmode=verify-full&${ca}` }],
  ["over a unix socket", { host: server.folder }],
] as const;

/** The md5 of what a reader gets that begins late and rests now and then; it gives up in time. */
async function slowly(stream: ReadableStream<Uint8Array>): Promise<string> {
  const rest = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const { createHash } = await import("node:crypto");
  const hash = createHash("md5");
  const began = performance.now();
  let bytes = 0, chunks = 0;
  await rest(300);
  for await (const chunk of stream) {
    hash.update(chunk);
    bytes += chunk.length;
    if (++chunks % 20 === 0) await rest(5);
    if (performance.now() - began > LIMIT) throw new Error(`${bytes} bytes in ${LIMIT} ms`);
  }
  return `20000|${bytes - 20000 * 2}|${hash.digest("hex")}`; // a row has its line's end, and é is two bytes
}

for (const [name, login] of ways) {
  Deno.test(`13 MB reach a slow reader ${name} byte by byte, and the connection goes on`, async () => {
    const { signal } = new AbortController();
    await using session = await connect(parametersOf({ url: server.url("postgres", login) }), { signal });
    equal(await slowly(session.copyOut("COPY (SELECT v FROM t ORDER BY id) TO STDOUT")), wanted);
    const [row] = await session.query("SELECT ssl::text AS tls FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    equal(row.tls, String(name === "over TLS"));
  });
}

/** A way to a port on which what is sent rests now and then, so that the sender has to wait. */
function slowWay(to: number): AsyncDisposable & { readonly port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ways: Promise<unknown>[] = [];
  const accepting = (async () => {
    for await (const client of listener) {
      const target = await Deno.connect({ hostname: "127.0.0.1", port: to });
      let chunks = 0;
      const rest = new TransformStream<Uint8Array, Uint8Array>({
        async transform(chunk, controller) {
          if (++chunks % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
          controller.enqueue(chunk);
        },
      });
      const there = client.readable.pipeThrough(rest).pipeTo(target.writable);
      ways.push(Promise.allSettled([there, target.readable.pipeTo(client.writable)])); // one end closes first
    }
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(ways);
    },
  };
}

Deno.test("the binary moves 13 MB over TLS, by COPY and through DuckDB", () =>
  asUser(async (user) => {
    const login = { host: "localhost", options: `sslmode=verify-full&${ca}` };
    const source = ["--from", server.url("postgres", login), "--stream", "t"];
    await user.load([...source, "--to", server.url("target", login)]);
    equal(await server.psql(SUM, { db: "target" }), wanted);
    await using slow = slowWay(server.port);
    const narrow = server.url("target", { options: "sslmode=disable" }).replace(`:${server.port}/`, `:${slow.port}/`);
    await user.load([...source, "--to", narrow, "--into", "slow.t"]);
    equal(await server.psql(SUM.replace("FROM t", "FROM slow.t"), { db: "target" }), wanted);
    await user.load([...source, "--to", "t.parquet"]);
    await user.load(["--from", "t.parquet", "--to", server.url("target", login), "--into", "back.t"]);
    equal(await server.psql(SUM.replace("FROM t", "FROM back.t"), { db: "target" }), wanted);
  }));

Deno.test("a certificate is checked as the mode says, by COPY and through DuckDB", () =>
  asUser(async (user) => {
    const cases = [
      [
        { host: "localhost", options: "sslmode=verify-full" },
        "connection.tls",
        /localhost:\d+\/postgres: .*certificate/,
      ],
      [{ options: "sslmode=verify-ca" }, "connection.tls", /127\.0\.0\.1:\d+\/postgres: .*certificate/],
      [
        { options: `sslmode=verify-full&${ca}` },
        "connection.tls",
        /127\.0\.0\.1:\d+\/postgres: .*(altnames|not valid for name)/,
      ],
      [{ options: "sslmode=require&sslrootcert=/no/such.crt" }, "connector.config", /"\/no\/such.crt" of sslrootcert/],
    ] as const;
    for (const [login, code, says] of cases) {
      const failed = await user.fails([
        "run",
        "--from",
        server.url("postgres", login),
        "--stream",
        "t",
        "--to",
        "o.csv",
      ]);
      equal(failed.code, code);
      match(failed.message, says);
    }
    const { read } = await user.load([
      "--from",
      server.url("postgres", { options: `sslmode=verify-ca&${ca}` }),
      "--stream",
      "t",
      "--to",
      "o.csv",
    ]);
    equal(read, 20000);
  }));
