import { postgresFolder } from "../debian_packages.ts";
import { packagedPostgres } from "./packaged_postgres.ts";
import { chosen } from "./test_version.ts";

/** The superuser's password of every test server. It needs percent-encoding in a URL. */
export const PASSWORD = "p@ss:w/ö rd%";

export interface ServerOptions {
  /** Serves TLS by a certificate of its own authority for the name `localhost` only. */
  readonly tls?: boolean;
  /** What the test file has chosen, unless said. */
  readonly version?: "debian" | "18";
  /** Only follows a primary, which there is none of: it can be read. */
  readonly standby?: boolean;
  /** Lines before those of pg_hba.conf. */
  readonly hba?: readonly string[];
  /** Variables of the server's process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Settings of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Login {
  readonly user?: string;
  readonly password?: string;
  /** 127.0.0.1, `localhost`, or the folder of the socket. */
  readonly host?: string;
  /** The query of the URL, without its question mark. */
  readonly options?: string;
}

/** A real server in a folder of its own. It ends with the process that opened it, whatever becomes of that. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
  /** Folder of the server: its socket is there, and with TLS `ca.crt`. Anyone may enter it. */
  readonly folder: string;
  /** A URL for dteg. */
  url(database?: string, login?: Login): string;
  /** What psql prints of a script, unaligned and without headers; throws what the server says. */
  psql(sql: string, options?: { readonly db?: string; readonly user?: string }): Promise<string>;
  /** Makes an empty database and gives its name. */
  createDatabase(name?: string): Promise<string>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Ends the server at once, as a crash does; `restart` brings it back. */
  kill(): Promise<void>;
}

/** Starts a server on a free port of the loopback, with passwords (scram). */
export async function openServer(options: ServerOptions = {}): Promise<TestServer> {
  const { tls = false, settings = {}, standby = false, hba = [], version = chosen.version, env } = options;
  const debian = postgresFolder();
  if (!debian) throw new Error("PostgreSQL is not installed: `./task test` installs it");
  const bin = version === "18" ? await packagedPostgres() : debian;
  const folder = await Deno.makeTempDir({ prefix: "dteg-pg-" });
  const runAs = await ownerOf(folder);
  const data = `${folder}/data`;
  await Deno.writeTextFile(`${folder}/password`, PASSWORD);
  await Deno.chmod(`${folder}/password`, 0o644);
  await run(`${bin}/initdb`, [
    "-D",
    data,
    "-U",
    "postgres",
    "-A",
    "scram-sha-256",
    `--pwfile=${folder}/password`,
    "--no-sync",
    "-E",
    "UTF8",
    "--locale=C.UTF-8",
  ], runAs);
  if (tls) await makeCertificates(folder, runAs);
  const port = freePort();
  const config = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: folder,
    fsync: "off", // commits stay synchronous: an immediate stop would take back what a test counts on
    full_page_writes: "off",
    max_connections: standby ? "100" : "40", // a standby wants as many as the server had that made the database
    ...(tls && {
      ssl: "on",
      ssl_cert_file: `${folder}/server.crt`,
      ssl_key_file: `${folder}/server.key`,
      ssl_ca_file: `${folder}/ca.crt`,
    }),
    ...settings,
  };
  const lines = Object.entries(config).map(([name, value]) => `${name} = '${value}'\n`);
  await Deno.writeTextFile(`${data}/postgresql.conf`, lines.join(""), { append: true });
  const rules = await Deno.readTextFile(`${data}/pg_hba.conf`);
  await Deno.writeTextFile(`${data}/pg_hba.conf`, [...hba, rules].join("\n"));
  if (standby) await run("touch", [`${data}/standby.signal`], runAs);
  const watchdog = startWatchdog(folder);
  const control = (...args: readonly string[]) =>
    run(`${bin}/pg_ctl`, ["-D", data, "-w", "-s", "-l", `${folder}/log`, ...args], { ...runAs, env });
  await control("start");
  let names = 0;

  const server: TestServer = {
    port,
    folder,
    url(database = "postgres", { user = "postgres", password = PASSWORD, host = "127.0.0.1", options } = {}) {
      const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
      const query = options ? `?${options}` : "";
      return `postgres://${login}@${encodeURIComponent(host)}:${port}/${encodeURIComponent(database)}${query}`;
    },
    async psql(sql, { db = "postgres", user = "postgres" } = {}) {
      const args = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", String(port), "-U", user];
      const text = await run(`${debian}/psql`, [...args, "-d", db], { input: sql, env: { PGPASSWORD: PASSWORD } });
      return text.replace(/\n$/, "");
    },
    async createDatabase(name = `db${++names}`) {
      await server.psql(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
      return name;
    },
    stop: () => watchdog.stop(),
    async restart() {
      await control("restart", "-m", "fast");
    },
    async kill() {
      await control("stop", "-m", "immediate");
    },
    [Symbol.asyncDispose]: () => watchdog.stop(),
  };
  return server;
}

interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

/** The server refuses to run as root: then the user of Debian's package owns it. */
async function ownerOf(folder: string): Promise<RunAs> {
  await Deno.chmod(folder, 0o755);
  if (Deno.uid() !== 0) return {};
  const uid = Number(await run("id", ["-u", "postgres"]));
  const gid = Number(await run("id", ["-g", "postgres"]));
  await Deno.chown(folder, uid, gid);
  return { uid, gid };
}

/** Waits for the end of its standard input, which comes with this process's; then it ends the server and removes the folder. */
function startWatchdog(folder: string): { stop(): Promise<void> } {
  // a child of a child: the runtime kills its own children when a test file ends
  const script = `trap '' INT TERM HUP; exec 3<&0
    ( cat <&3 >/dev/null
      pid=$(head -n 1 "$0/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
      while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
      rm -rf "$0" ) 3<&3 &
    wait`;
  const child = new Deno.Command("sh", {
    args: ["-c", script, folder],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended: Promise<unknown> | undefined;
  return {
    async stop() {
      ended ??= child.stdin.close().then(() => child.status);
      await ended;
    },
  };
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

/** An authority, and a certificate of it for `localhost`. */
async function makeCertificates(folder: string, { uid, gid }: RunAs): Promise<void> {
  const openssl = (line: string) => run("openssl", line.split(" "), { cwd: folder });
  await openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 30 -subj /CN=dteg-test-authority");
  await openssl("req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost");
  await Deno.writeTextFile(`${folder}/names`, "subjectAltName=DNS:localhost\n");
  await openssl("x509 -req -in server.csr -CA ca.crt -CAkey ca.key -out server.crt -days 30 -extfile names");
  await Deno.chmod(`${folder}/server.key`, 0o600);
  if (uid !== undefined && gid !== undefined) await Deno.chown(`${folder}/server.key`, uid, gid);
  await Deno.chmod(`${folder}/ca.crt`, 0o644);
}

interface RunOptions extends RunAs {
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { input, cwd = "/", env, uid, gid } = options;
  const child = new Deno.Command(command, {
    args: [...args],
    cwd,
    env,
    ...(uid !== undefined && { uid, gid }),
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input !== undefined) {
    await new Blob([input]).stream().pipeTo(child.stdin).catch((error) => {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error; // the command has ended: its own words tell why
    });
  }
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${command} failed: ${decoder.decode(stderr) || decoder.decode(stdout)}`);
  return decoder.decode(stdout);
}
