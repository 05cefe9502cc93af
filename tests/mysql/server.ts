import { mariadbInstalled } from "../debian_packages.ts";

/** The password of `root` on every test server. It needs percent-encoding in a URL. */
export const PASSWORD = "p@ss:w/ö rd%";

export interface ServerOptions {
  /** Serves TLS by a certificate of its own authority for the name `localhost` only. */
  readonly tls?: boolean;
  /** More of mariadbd's options, without their dashes. */
  readonly options?: Readonly<Record<string, string>>;
}

export interface Login {
  readonly user?: string;
  readonly password?: string;
  readonly host?: string;
  /** The query of the URL, without its question mark. */
  readonly options?: string;
}

/** A real MariaDB in a folder of its own. It ends with the process that opened it, whatever becomes of that. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
  /** Path of its unix socket. */
  readonly socket: string;
  /** Folder of the server: with TLS `ca.crt` is there. Anyone may enter it. */
  readonly folder: string;
  /** A URL for dteg. */
  url(database?: string, login?: Login): string;
  /** What the mariadb client prints of a script, tabs between columns and without headers; throws what the server says. */
  sql(
    sql: string,
    options?: { readonly db?: string; readonly user?: string; readonly password?: string },
  ): Promise<string>;
  /** Makes an empty database and gives its name. */
  createDatabase(name?: string): Promise<string>;
  stop(): Promise<void>;
  /** Ends the server at once, as a crash does; `start` brings it back. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** Starts a server on a free port of the loopback. `root` has a password, over TCP too. */
export async function openServer({ tls = false, options = {} }: ServerOptions = {}): Promise<TestServer> {
  if (!mariadbInstalled()) throw new Error("MariaDB is not installed: `./task test` installs it");
  const folder = await Deno.makeTempDir({ prefix: "dteg-my-" });
  const runAs = await ownerOf(folder);
  const data = `${folder}/data`, socket = `${folder}/s.sock`;
  const asUser = runAs.uid === undefined ? [] : ["--user=mysql"];
  await run("mariadb-install-db", [
    "--no-defaults",
    ...asUser,
    `--datadir=${data}`,
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
    "--skip-name-resolve",
  ]);
  if (tls) await makeCertificates(folder, runAs);
  const port = freePort();
  const settings: Record<string, string> = {
    "datadir": data,
    "tmpdir": folder, // a server that starts removes what it takes for its own there
    "socket": socket,
    "port": String(port),
    "bind-address": "127.0.0.1",
    "pid-file": `${folder}/pid`,
    "log-error": `${folder}/log`,
    "local-infile": "1",
    "innodb-flush-log-at-trx-commit": "2", // what is committed outlives the end of the process
    "innodb-doublewrite": "0",
    "innodb-buffer-pool-size": "64M",
    "max-connections": "40",
    ...(tls && {
      "ssl-ca": `${folder}/ca.crt`,
      "ssl-cert": `${folder}/server.crt`,
      "ssl-key": `${folder}/server.key`,
    }),
    ...options,
  };
  const args = ["--no-defaults", ...asUser, ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`)];
  const watchdog = startWatchdog(folder, args);
  let names = 0;

  const server: TestServer = {
    port,
    socket,
    folder,
    url(database, { user = "root", password = PASSWORD, host = "127.0.0.1", options } = {}) {
      const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
      const path = database === undefined ? "" : `/${encodeURIComponent(database)}`;
      return `mysql://${login}@${encodeURIComponent(host)}:${port}${path}${options ? `?${options}` : ""}`;
    },
    async sql(sql, { db, user = "root", password = PASSWORD } = {}) {
      const text = await run("mariadb", [
        "--no-defaults",
        "--batch",
        "--raw",
        "--skip-column-names",
        "--default-character-set=utf8mb4",
        `--socket=${socket}`,
        `--user=${user}`,
        ...(db === undefined ? [] : [`--database=${db}`]),
      ], { input: sql, env: { MYSQL_PWD: password } });
      return text.replace(/\n$/, "");
    },
    async createDatabase(name = `db${++names}`) {
      await server.sql(`CREATE DATABASE \`${name.replaceAll("`", "``")}\` CHARACTER SET utf8mb4`);
      return name;
    },
    stop: () => watchdog.stop(),
    kill: () => watchdog.kill(),
    async start() {
      await watchdog.start();
      await untilAlive(server, folder);
    },
    [Symbol.asyncDispose]: () => watchdog.stop(),
  };
  await watchdog.start();
  await untilAlive(server, folder, "");
  await server.sql(
    `CREATE OR REPLACE USER 'root'@'127.0.0.1' IDENTIFIED BY '${PASSWORD}'; GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION; ` +
      `ALTER USER 'root'@'localhost' IDENTIFIED BY '${PASSWORD}'`,
    { password: "" },
  );
  return server;
}

async function untilAlive(server: TestServer, folder: string, password = PASSWORD): Promise<void> {
  for (let attempt = 0;; attempt++) {
    const error = await server.sql("SELECT 1", { password }).then(() => undefined, (error: Error) => error);
    if (!error) return;
    if (attempt === 300) {
      const log = await Deno.readTextFile(`${folder}/log`).catch(() => "it wrote no log");
      throw new Error(`mariadbd did not start: ${error.message}\n${log.slice(-2000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

/** The server does not run as root: then the user of Debian's package owns it. */
async function ownerOf(folder: string): Promise<RunAs> {
  await Deno.chmod(folder, 0o755);
  if (Deno.uid() !== 0) return {};
  const uid = Number(await run("id", ["-u", "mysql"])), gid = Number(await run("id", ["-g", "mysql"]));
  await Deno.chown(folder, uid, gid);
  return { uid, gid };
}

/** Starts and kills the server by the lines that it reads; at their end, which comes with this process's, it ends it and removes the folder. */
function startWatchdog(folder: string, args: readonly string[]) {
  // a child of a child: the runtime kills its own children when a test file ends
  const script = `trap '' INT TERM HUP; folder=$1; shift; exec 3<&0
    ( pid=
      end() { [ -n "$pid" ] && { kill -KILL "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; }; pid=; }
      while read -r word <&3; do
        case $word in
          start) mariadbd "$@" </dev/null >/dev/null 2>&1 3<&- & pid=$! ;;
          kill) end ;;
        esac
        echo "$word"
      done
      end; rm -rf "$folder" ) 3<&3 &
    wait`;
  const child = new Deno.Command("sh", {
    args: ["-c", script, "sh", folder, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const orders = child.stdin.getWriter();
  const answers = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const order = async (word: string) => {
    await orders.write(new TextEncoder().encode(`${word}\n`));
    await answers.read();
  };
  let ended: Promise<unknown> | undefined;
  return {
    start: () => order("start"),
    kill: () => order("kill"),
    async stop() {
      ended ??= orders.close().then(() => answers.cancel()).then(() => child.status);
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

interface RunOptions {
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { input, cwd = "/", env } = options;
  const child = new Deno.Command(command, {
    args: [...args],
    cwd,
    env,
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
