import { deepEqual, equal, rejects } from "node:assert/strict";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { connect, createServer } from "node:net";
import { knownKeys } from "../../runtime/net/known_hosts.ts";
import { openTunnel, type SshServer, type Tunnel } from "../../runtime/net/ssh_tunnel.ts";
import { keyPair, openSshServer, type SshTestServer } from "./ssh_server.ts";

const LIMIT = 20_000;

async function echoServer(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((socket) => socket.on("error", () => socket.destroy()).pipe(socket));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", () => done()));
  const { port } = server.address() as { port: number };
  return { port, [Symbol.asyncDispose]: () => new Promise((done) => server.close(() => done())) };
}

function loginTo({ port, host, user }: SshTestServer, parts: Partial<SshServer> = {}): SshServer {
  const known = knownKeys(`[127.0.0.1]:${port} ${host.public}`, { host: "127.0.0.1", port });
  return { host: "127.0.0.1", port, user: "me", key: user.private, known, ...parts };
}

const signal = new AbortController().signal;

/** Sends bytes through a tunnel and gives what comes back. */
function throughTunnel({ host, port }: Tunnel, bytes: Uint8Array): Promise<string> {
  return new Promise((done, fail) => {
    const hash = createHash("sha256");
    let got = 0;
    const timer = setTimeout(() => fail(new Error(`${got} of ${bytes.length} bytes came back in time`)), LIMIT);
    const socket = connect(port, host, () => socket.write(bytes));
    socket.on("error", fail);
    socket.on("data", (chunk) => {
      hash.update(chunk);
      got += chunk.length;
      if (got < bytes.length) return;
      clearTimeout(timer);
      socket.destroy();
      done(hash.digest("hex"));
    });
  });
}

Deno.test("bytes go through an SSH server both ways, in order, also after it has dropped the connection", async () => {
  await using server = await openSshServer();
  await using echo = await echoServer();
  await using tunnel = await openTunnel(loginTo(server), { target: { host: "127.0.0.1", port: echo.port }, signal });
  const bytes = randomBytes(8_000_000);
  const wanted = createHash("sha256").update(bytes).digest("hex");
  equal(await throughTunnel(tunnel, bytes), wanted);
  deepEqual(await Promise.all([1, 2, 3].map(() => throughTunnel(tunnel, bytes))), [wanted, wanted, wanted]);
  server.drop();
  await new Promise((done) => setTimeout(done, 200));
  equal(await throughTunnel(tunnel, bytes), wanted);
});

Deno.test("a host key that is not known, another one, or revoked is refused; a fingerprint may stand for it", async () => {
  await using server = await openSshServer();
  await using echo = await echoServer();
  const target = { host: "127.0.0.1", port: echo.port };
  const open = (parts: Partial<SshServer>) => openTunnel(loginTo(server, parts), { target, signal });
  const [type, key] = server.host.public.split(" ");
  const [, other] = keyPair().public.split(" ");
  const shown = `SHA256:${createHash("sha256").update(key, "base64").digest("base64").replace(/=+$/, "")}`;
  await rejects(open({ known: [] }), {
    code: "connection.host_key",
    message: /its key SHA256:\S+ is not known$/,
    hint: new RegExp(RegExp.escape(shown)),
  });
  await rejects(open({ known: [{ type, key: other, isRevoked: false }] }), {
    code: "connection.host_key",
    message: /is another one than/,
  });
  await rejects(open({ known: [{ type, key, isRevoked: false }, { type, key, isRevoked: true }] }), {
    code: "connection.host_key",
    message: /is revoked/,
  });
  await rejects(open({ hostKey: "SHA256:abc" }), { code: "connection.host_key", message: /wanted SHA256:abc$/ });
  await (await open({ known: [], hostKey: shown }))[Symbol.asyncDispose]();
});

Deno.test("each step of a tunnel that fails says which", async () => {
  await using server = await openSshServer();
  const open = (parts: Partial<SshServer>, target = { host: "127.0.0.1", port: 1 }) =>
    openTunnel(loginTo(server, parts), { target, signal });
  await rejects(open({ key: keyPair().private }), { code: "connection.auth", message: /does not let me in$/ });
  await rejects(open({ key: "no key" }), { code: "connection.auth" });
  await rejects(open({ port: 1 }), { code: "connection.refused", message: /^the SSH server 127\.0\.0\.1:1: / });
  await rejects(open({ host: "no-such-host.invalid" }), { code: "connection.host_unknown" });
  await rejects(open({}), { code: "connection.refused", message: /it cannot reach 127\.0\.0\.1:1 for us/ });
});

Deno.test("known hosts are found by name, port, pattern and hash", () => {
  const salt = randomBytes(20);
  const hash = createHmac("sha1", salt).update("h").digest("base64");
  const text = `# c\nh,other ssh-ed25519 A c\n[h]:2222 ssh-rsa B\n*.example.com,!bad.example.com ssh-rsa C\n|1|${
    salt.toString("base64")
  }|${hash} ecdsa D\n|1|${hash}|${hash} ecdsa X\n@revoked h ssh-rsa E\n@cert-authority h ssh-rsa F\n\n`;
  const keys = (host: string, port = 22) =>
    knownKeys(text, { host, port }).map(({ key, isRevoked }) => key + (isRevoked ? "!" : ""));
  deepEqual([keys("h"), keys("H"), keys("h", 2222), keys("a.example.com"), keys("bad.example.com"), keys("x")], [
    ["A", "D", "E!"],
    ["A", "D", "E!"],
    ["B"],
    ["C"],
    [],
    [],
  ]);
});
