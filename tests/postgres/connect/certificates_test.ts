import { deepEqual, equal, match } from "node:assert/strict";
import { asUser } from "../../e2e/user.ts";
import { openServer } from "../server.ts";

const server = await openServer({
  tls: true,
  hba: [
    "hostssl all strict 127.0.0.1/32 cert",
    "hostssl all both 127.0.0.1/32 scram-sha-256 clientcert=verify-full",
  ],
});
await server.psql(
  `CREATE ROLE strict LOGIN SUPERUSER; CREATE ROLE "both" LOGIN PASSWORD 'p' SUPERUSER;
  CREATE TABLE t AS SELECT i AS id FROM generate_series(1, 1000) i`,
);

async function openssl(line: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args: line.split(" "), cwd: server.folder }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

for (const name of ["strict", "both"]) {
  await openssl(`req -newkey rsa:2048 -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=${name}`);
  await openssl(`x509 -req -in ${name}.csr -CA ca.crt -CAkey ca.key -out ${name}.crt -days 30 -extfile names`);
}
await openssl("pkcs8 -topk8 -in strict.key -v2 aes-256-cbc -passout pass:s3same -out locked.key");
for (const name of ["strict", "both", "locked"]) await Deno.chmod(`${server.folder}/${name}.key`, 0o600);

/** A URL with files that start at the folder of the server, which is the folder of the run. */
const urlOf = (user: string, options: string) =>
  server.url("postgres", {
    user,
    password: "p",
    host: "localhost",
    options: `sslmode=verify-full&sslrootcert=ca.crt${options}`,
  });

Deno.test("a certificate of the client opens the server, both ways, by relative paths", () =>
  asUser(async (user) => {
    const cwd = server.folder, out = `${user.folder}/o.csv`;
    for (
      const [name, options] of [
        ["strict", "&sslcert=strict.crt&sslkey=strict.key"],
        ["both", "&sslcert=both.crt&sslkey=both.key"],
        ["strict", "&sslcert=strict.crt&sslkey=locked.key&sslpassword=s3same"],
      ] as const
    ) {
      const url = urlOf(name, options);
      equal((await user.load(["--from", url, "--stream", "t", "--to", out], { cwd })).read, 1000, options);
      const { written } = await user.load(["--from", url, "--stream", "t", "--to", url, "--into", "copy.u"], { cwd });
      equal(written, 1000);
    }
  }));

Deno.test("without one, with another one's, or with a key that stays shut, the reason is told", () =>
  asUser(async (user) => {
    const cases = [
      ["strict", "", "connection.auth", 3, /connection requires a valid client certificate/],
      [
        "strict",
        "&sslcert=both.crt&sslkey=both.key",
        "connection.auth",
        3,
        /certificate authentication failed for user "strict"/,
      ],
      [
        "strict",
        "&sslcert=strict.crt&sslkey=locked.key",
        "connector.config",
        2,
        /locked\.key" of sslkey is encrypted, and no sslpassword/,
      ],
      [
        "strict",
        "&sslcert=strict.crt&sslkey=locked.key&sslpassword=s3cret",
        "connector.config",
        2,
        /locked\.key" of sslkey cannot be opened with the sslpassword/,
      ],
      [
        "strict",
        "&sslcert=strict.crt&sslkey=none.key",
        "connector.config",
        2,
        /cannot read the file ".*none\.key" of sslkey/,
      ],
    ] as const;
    for (const [name, options, code, exit, says] of cases) {
      const failed = await user.fails([
        "run",
        "--from",
        urlOf(name, options),
        "--stream",
        "t",
        "--to",
        `${user.folder}/o.csv`,
      ], { cwd: server.folder });
      deepEqual([failed.code, failed.exit], [code, exit], failed.message);
      match(failed.message, says);
      equal(failed.message.includes("s3cret"), false);
    }
  }));
