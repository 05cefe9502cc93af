import { PASSWORD, type TestServer } from "../server.ts";

/** PgBouncer in transaction mode before a server. */
export interface Pooler extends AsyncDisposable {
  readonly port: number;
  /** The server's URL through it. */
  url(database: string, options?: string): string;
}

/** Starts one on a free port of the loopback. Each of its few connections to the server is used in turn. */
export async function openPooler(server: TestServer, { size }: { readonly size: number }): Promise<Pooler> {
  const folder = await Deno.makeTempDir({ prefix: "dteg-pooler-" });
  const port = freePort();
  const lines = [
    "[databases]",
    `* = host=127.0.0.1 port=${server.port}`,
    "[pgbouncer]",
    "listen_addr = 127.0.0.1",
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "auth_type = scram-sha-256",
    `auth_file = ${folder}/users`,
    "pool_mode = transaction",
    `default_pool_size = ${size}`,
    "server_round_robin = 1",
    "query_wait_timeout = 20",
  ];
  await Deno.writeTextFile(`${folder}/pgbouncer.ini`, lines.join("\n"));
  await Deno.writeTextFile(`${folder}/users`, `"postgres" "${PASSWORD}"\n`);
  await Deno.chmod(folder, 0o755);
  const asUser = Deno.uid() === 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
  const [command, ...args] = [...asUser, "/usr/sbin/pgbouncer", "-q", `${folder}/pgbouncer.ini`];
  const child = new Deno.Command(command, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
  await untilOpen(port);
  return {
    port,
    url: (database, options) => server.url(database, { options }).replace(`:${server.port}/`, `:${port}/`),
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

async function untilOpen(port: number): Promise<void> {
  for (let tried = 0; tried < 100; tried++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`PgBouncer does not listen on ${port}`);
}
