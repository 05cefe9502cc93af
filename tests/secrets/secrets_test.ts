import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { binaryPath, start } from "../e2e/binary.ts";
import { cacheFolder } from "../e2e/user.ts";
import { treeOf } from "../harness/process_tree.ts";
import { openServer as openMariadb } from "../mysql/server.ts";
import { openSshServer } from "../net/ssh_server.ts";
import { openServer as openPostgres } from "../postgres/server.ts";
import { filesBelow, foundIn, plant, type Planted } from "./planted.ts";

const ROWS = 60_000; // enough to look at a run while it is at work
const KEPT = /\/(connections\.yaml|\.dteg\/secrets\/[a-z_]+|known|id)$/; // where the user put them

/** A person's folder whose secrets are planted, and everything that was seen of them elsewhere. */
interface Scene {
  readonly folder: string;
  readonly planted: readonly Planted[];
  readonly leaks: Set<string>;
}

/** Runs the binary at debug level, and looks at its processes and temporary files all the while. */
async function watched(
  { folder, planted, leaks }: Scene,
  args: readonly string[],
  { env = {} }: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const what = `dteg ${args.slice(0, 3).join(" ")}`;
  const given = Object.keys(env).length > 0;
  const look = (text: string | Uint8Array, where: string) => {
    for (const found of foundIn(text, planted)) leaks.add(`${what}: ${found}, in ${where}`);
  };
  const child = start([...args, "--log-level", "debug"], {
    cwd: `${folder}/work`,
    env: { HOME: `${folder}/home`, TMPDIR: `${folder}/tmp`, DTEG_CACHE_DIR: cacheFolder(), ...env },
  });
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      for (const pid of treeOf(child.pid)) {
        look(procFile(pid, "cmdline"), "a command line");
        if (pid !== child.pid || !given) look(procFile(pid, "environ"), "an environment"); // its own is the user's
      }
      for (const [path, bytes] of filesBelow(`${folder}/tmp`)) look(bytes, path);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const { code, stdout, stderr } = await child.output();
  isOver = true;
  await looking;
  look(stdout, "standard output");
  look(stderr, "standard error");
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

function procFile(pid: number, name: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${name}`);
  } catch {
    return ""; // it has ended in this moment
  }
}

Deno.test("what was planted is found in every form", () => {
  const secret = plant("it");
  const base64 = ["", "x", "xy"].map((before) => new TextEncoder().encode(`${before}${secret.value}!`).toBase64());
  const hex = new TextEncoder().encode(secret.value).toHex();
  const forms = [secret.value, encodeURIComponent(secret.value), JSON.stringify(secret.value), hex, hex.toUpperCase()];
  for (const form of [...forms, ...base64]) assert.equal(foundIn(`a ${form} b`, [secret]).length, 1, form);
  assert.deepEqual(foundIn("nothing of it", [secret]), []);
});

Deno.test({
  name:
    "a planted secret is found nowhere: not in output, records, state, temporary files, processes, errors of logins, or a core file",
  ignore: !existsSync(binaryPath()),
  async fn() {
    const [pgPass, myPass, wrong, sshPass, maskKey] = ["PostgreSQL", "MariaDB", "a wrong password", "ssh", "mask key"]
      .map(plant);
    const planted = [pgPass, myPass, wrong, sshPass, maskKey];
    const folder = await Deno.makeTempDir({ prefix: "dteg-secrets-" });
    const scene: Scene = { folder, planted, leaks: new Set() };
    await using postgres = await openPostgres({
      tls: true,
      hba: ["host all plain_one 127.0.0.1/32 password"],
      settings: { log_statement: "all", log_min_messages: "debug1" },
    });
    await using mariadb = await openMariadb();
    await using ssh = await openSshServer();
    const sql = (text: string) => `'${text.replaceAll("'", "''")}'`;
    const db = await postgres.createDatabase();
    for (const user of ["loader", "plain_one"]) {
      await postgres.psql(`CREATE ROLE ${user} LOGIN SUPERUSER PASSWORD ${sql(pgPass.value)}`);
    }
    await postgres.psql(
      `CREATE TABLE src AS SELECT i AS id, md5(i::text) AS card, now() AS at FROM generate_series(1, ${ROWS}) i`,
      { db },
    );
    const mydb = await mariadb.createDatabase();
    await mariadb.sql(
      `CREATE USER loader@'%' IDENTIFIED BY ${
        sql(myPass.value).replaceAll("\\", "\\\\")
      }; GRANT ALL ON *.* TO loader@'%'`,
    );
    await Deno.writeTextFile(`${postgres.folder}/log`, ""); // the roles were made there

    for (const part of ["work/.dteg/secrets", "home", "tmp"]) {
      await Deno.mkdir(`${folder}/${part}`, { recursive: true });
    }
    await Deno.chmod(`${folder}/work/.dteg/secrets`, 0o700);
    const user = (
      server: typeof postgres | typeof mariadb,
      name: string,
      login: { user?: string; password?: string; options?: string },
    ) => server.url(name, { user: "loader", ...login });
    const work = `${folder}/work`;
    const write = (name: string, text: string) => Deno.writeTextFile(`${work}/${name}`, text);
    await write("dteg.yaml", "version: 1\n");
    await write(".dteg/secrets/pg_pass", pgPass.value);
    await write(".dteg/secrets/mask_key", maskKey.value);
    for (const name of ["pg_pass", "mask_key"]) await Deno.chmod(`${work}/.dteg/secrets/${name}`, 0o600);
    await write("id", ssh.user.private);
    await write("known", `[127.0.0.1]:${ssh.port} ${ssh.host.public}\n`);
    const connections = {
      by_secret: {
        use: "postgres",
        host: "127.0.0.1",
        port: postgres.port,
        user: "loader",
        database: db,
        password: "${secret.pg_pass}",
      },
      by_url: { use: "postgres", url: user(postgres, db, { password: pgPass.value }) },
      by_variable: {
        use: "mysql",
        host: "127.0.0.1",
        port: mariadb.port,
        user: "loader",
        database: mydb,
        password: "${env.MY_PASS}",
      },
      my: { use: "mysql", url: user(mariadb, mydb, { password: myPass.value }) },
      wrong_scram: { use: "postgres", url: user(postgres, db, { password: wrong.value }) },
      wrong_plain: {
        use: "postgres",
        url: user(postgres, db, { user: "plain_one", password: wrong.value, options: "sslmode=disable" }),
      },
      no_server: {
        use: "postgres",
        url: user(postgres, db, { password: wrong.value }).replace(`:${postgres.port}/`, ":1/"),
      },
      no_tls: { use: "postgres", url: user(postgres, db, { password: pgPass.value, options: "sslmode=verify-full" }) },
      no_db: { use: "postgres", url: user(postgres, "nowhere", { password: pgPass.value }) },
      wrong_my: { use: "mysql", url: user(mariadb, mydb, { password: wrong.value }) },
      wrong_ssh: {
        use: "postgres",
        url: user(postgres, db, { password: pgPass.value }),
        ssh: { host: "127.0.0.1", port: ssh.port, user: "me", password: sshPass.value, known_hosts: "known" },
      },
    };
    await write("connections.yaml", JSON.stringify(connections, null, 2));
    const pipeline = (name: string, source: string, destination: string) =>
      write(
        `${name}.yaml`,
        JSON.stringify({
          version: 1,
          name,
          source: { connection: source },
          streams: [{
            name: source.includes("my") || source === "by_variable" ? "src" : "public.src",
            into: "copied",
            write: "merge",
            key: "id",
            columns: { card: { mask: "hash" } },
          }],
          destination: destination.includes(".") ? destination : { connection: destination },
        }),
      );
    await pipeline("one", "by_secret", "out.duckdb");
    await pipeline("two", "by_url", "my");
    await pipeline("three", "by_secret", "by_variable");
    await mariadb.sql("CREATE TABLE src (id int primary key, card text); INSERT INTO src VALUES (1, 'a')", {
      db: mydb,
    });
    await pipeline("four", "my", "by_url");

    const kept = foundIn(await Deno.readFile(`${work}/connections.yaml`), planted);
    assert.equal(kept.length, 4, "the connections have four of the secrets");

    const env = { MY_PASS: myPass.value };
    const good: readonly (readonly [string[], Record<string, string>?])[] = [
      [["run", "one.yaml"]],
      [["run", "two.yaml", "--json"]],
      [["run", "three.yaml"], env],
      [["run", "four.yaml", "-y"]],
      [["plan", "two.yaml"]],
      [["check", "one.yaml"]],
      [["connection", "list", "--json"]],
      [["connection", "test", "by_secret"]],
      [["discover", "by_url"]],
      [["preview", "by_secret", "--stream", "public.src"]],
      [["query", "SELECT count(*) FROM src", "--on", "by_url"]],
      [["runs", "list", "--json"]],
      [["runs", "show", "last", "--json"]],
      [["doctor"], env],
    ];
    for (const [args, env] of good) {
      const { code, stdout, stderr } = await watched(scene, args, { env });
      assert.ok(code === 0 || args[0] === "doctor" || args[0] === "preview", `${args.join(" ")}: ${stdout}${stderr}`);
    }
    const failing = {
      wrong_scram: "connection.auth",
      wrong_plain: "connection.auth",
      no_server: "connection.refused",
      no_tls: "connection.tls",
      no_db: "connection.no_database",
      wrong_my: "connection.auth",
      wrong_ssh: "connection.auth",
    };
    for (const [name, wanted] of Object.entries(failing)) {
      const { stdout } = await watched(scene, [
        "run",
        "--from",
        name,
        "--stream",
        "src",
        "--to",
        "no.duckdb",
        "--json",
      ]);
      assert.deepEqual([name, JSON.parse(stdout).error.code], [name, wanted], stdout);
      await watched(scene, ["check", name]);
    }

    for (const [path, bytes] of filesBelow(folder)) {
      if (KEPT.test(path)) continue;
      for (const found of foundIn(bytes, planted)) scene.leaks.add(`${found}, in ${path.slice(folder.length)}`);
    }
    for (const found of foundIn(await Deno.readFile(`${postgres.folder}/log`), planted)) {
      scene.leaks.add(`${found}, in statements that PostgreSQL got`);
    }
    let states = "";
    for (const name of ["_dteg_state", "_dteg_lease"]) {
      states += await postgres.psql(`SELECT s::text FROM ${name} s`, { db });
      states += await mariadb.sql(`SELECT * FROM ${name}`, { db: mydb });
    }
    assert.match(states, /copied/);
    for (const found of foundIn(states, planted)) scene.leaks.add(`${found}, in the state of a target`);
    assert.deepEqual([...scene.leaks], []);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "a run that dies by a signal leaves no core file, however the limit of the shell stands",
  ignore: !existsSync(binaryPath()),
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "dteg-core-" });
    const child = new Deno.Command("sh", {
      args: ["-c", 'ulimit -c unlimited; exec "$0" run --from - --to out.csv', binaryPath()],
      cwd: folder,
      clearEnv: true,
      env: { HOME: folder, TMPDIR: folder, DTEG_CACHE_DIR: cacheFolder() },
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const limit = () => /^Max core file size +(\S+) +(\S+)/m.exec(procFile(child.pid, "limits"))?.slice(1).join();
    for (let tries = 0; limit() !== "0,0"; tries++) {
      assert.ok(tries < 200, `the limit is ${limit()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill("SIGABRT");
    assert.equal((await child.status).signal, "SIGABRT");
    await child.stdin.close().catch(() => {});
    assert.deepEqual([...Deno.readDirSync(folder)].filter(({ name }) => name.startsWith("core")), []);
    await Deno.remove(folder, { recursive: true });
  },
});
