import { deepEqual, equal, match, throws } from "node:assert/strict";
import type { PostgresConfig } from "../../../plugins/postgres/mod.ts";
import { conninfo, parametersOf } from "../../../plugins/postgres/parameters.ts";

/** Parameters under an environment of only these variables of libpq. */
function under(env: Readonly<Record<string, string>>, config: PostgresConfig) {
  const kept = Object.entries(Deno.env.toObject()).filter(([name]) => name.startsWith("PG") || name === "HOME");
  for (const [name] of kept) Deno.env.delete(name);
  for (const [name, value] of Object.entries({ HOME: "/nowhere", ...env })) Deno.env.set(name, value);
  try {
    return parametersOf(config);
  } finally {
    for (const name of ["HOME", ...Object.keys(env)]) Deno.env.delete(name);
    for (const [name, value] of kept) Deno.env.set(name, value);
  }
}

const DEFAULTS = {
  sslmode: "prefer",
  sslrootcert: undefined,
  sslcert: undefined,
  sslkey: undefined,
  applicationName: "dteg",
  options: undefined,
  connectTimeout: 10,
  statementTimeout: 0,
  sessionAttrs: "any",
};

Deno.test("a URL says everything, percent-encoded where it must be", () => {
  const query =
    "sslmode=verify-full&sslrootcert=%2Fca.crt&application_name=a%20b&options=-c%20search_path%3Dx&connect_timeout=3" +
    "&statement_timeout=60&target_session_attrs=read-write&keepalives=1";
  deepEqual(under({}, { url: `postgresql://us%40er:p%3Aw%25@db.example.com:6543/a%20b?${query}` }), {
    ...DEFAULTS,
    servers: [{ host: "db.example.com", port: 6543 }],
    user: "us@er",
    password: "p:w%",
    database: "a b",
    sslmode: "verify-full",
    sslrootcert: "/ca.crt",
    applicationName: "a b",
    options: "-c search_path=x",
    connectTimeout: 3,
    statementTimeout: 60,
    sessionAttrs: "read-write",
  });
});

Deno.test("several hosts, addresses of IPv6 and folders of sockets are hosts", () => {
  const servers = (url: string) => under({}, { url }).servers;
  deepEqual(servers("postgres://u@a,b:2,[::1]:3/d"), [
    { host: "a", port: 5432 },
    { host: "b", port: 2 },
    { host: "::1", port: 3 },
  ]);
  deepEqual(servers("postgres://u@%2Frun%2Fpg:6000/d"), [{ host: "/run/pg", port: 6000 }]);
  deepEqual(servers("postgres:///d?host=/run/pg&port=6000"), [{ host: "/run/pg", port: 6000 }]);
  deepEqual(under({}, { host: "a,b", port: 7 }).servers, [{ host: "a", port: 7 }, { host: "b", port: 7 }]);
});

Deno.test("settings go before the URL, the URL before the service, the service before the environment", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "# services\n[other]\nhost=no\n\n[shop]\nhost = service\nport=1\ndbname=s\nuser=s\n");
  const env = {
    PGSERVICEFILE: file,
    PGSERVICE: "shop",
    PGHOST: "e",
    PGPORT: "9",
    PGPASSWORD: "env",
    PGSSLMODE: "disable",
    PGOPTIONS: "-c a=b",
  };
  deepEqual(under(env, { url: "postgres://u@/d", database: "set" }), {
    ...DEFAULTS,
    servers: [{ host: "service", port: 1 }],
    user: "u",
    password: "env",
    database: "set",
    sslmode: "disable",
    options: "-c a=b",
  });
  throws(() => under({ ...env, PGSERVICE: "nix" }, {}), {
    code: "connector.config",
    message: `there is no service "nix" in "${file}"`,
  });
  await Deno.remove(file);
});

Deno.test("the password file gives the password of the first line that fits", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(
    file,
    "# mine\nother:*:*:*:no\na:1:d:u:first\n*:*:*:u:with\\:colon\\\\\nlocalhost:*:*:s:socket\n",
  );
  await Deno.chmod(file, 0o600);
  const passwordOf = (url: string) => under({ PGPASSFILE: file }, { url }).password;
  equal(passwordOf("postgres://u@a:1/d"), "first");
  equal(passwordOf("postgres://u@b/d"), "with:colon\\");
  equal(passwordOf("postgres://s@%2Frun/d"), "socket");
  equal(passwordOf("postgres://x@a:1/d"), undefined);
  equal(passwordOf("postgres://u:given@a:1/d"), "given");
  equal(under({}, { url: `postgres://u@a:1/d?passfile=${encodeURIComponent(file)}` }).password, "first");
  await Deno.chmod(file, 0o640);
  const { password, passwordFault } = under({ PGPASSFILE: file }, { url: "postgres://u@a:1/d" });
  deepEqual([password, passwordFault], [
    undefined,
    `the password file "${file}" is not used, since others may read it: chmod 600 ${file}`,
  ]);
  await Deno.remove(file);
});

Deno.test("what cannot be read is refused without the secret that it may hold", () => {
  const refused = (config: PostgresConfig, code: string, message: RegExp) =>
    throws(() => under({}, config), (error: Error & { code: string; hint?: string }) => {
      equal(error.code, code);
      equal(message.test(error.message), true, error.message);
      equal(/s3c/.test(`${error.message}${error.hint}`), false);
      return true;
    });
  refused({ url: "postgres://u:s3cret%zz@h/d" }, "url.invalid", /percent sign/);
  refused({ url: "postgres://u:s3cret@h:x/d" }, "url.invalid", /the host "h:x" cannot be read/);
  refused({ url: "postgres://u:s3c/ret@h/d" }, "url.invalid", /percent-encoded/);
  refused({ url: "postgres://u:s3cret@h:99999/d" }, "connector.config", /"99999" is no port/);
  refused({ url: "postgres://u:s3cret@h/d?nope=1" }, "url.invalid", /an option "nope" that is not known/);
  refused({ url: "postgres://u:s3cret@h/d?sslmode=maybe" }, "connector.config", /sslmode "maybe" is none of/);
});

Deno.test("DuckDB's extension gets the same as a connection string of libpq", () => {
  const parameters = under({}, {
    url: "postgres://u:p'%5C%20@a,b/d?options=-c%20x%3D1&statement_timeout=5&sslmode=require",
  });
  equal(
    conninfo(parameters, { server: parameters.servers[1], roots: "/roots" }),
    String.raw`host='b' port='5432' user='u' password='p\'\\ ' dbname='d' sslmode='require' application_name='dteg' ` +
      "connect_timeout='10' client_encoding='UTF8' options='-c x=1 -c statement_timeout=5s'",
  );
  const full = under({}, { url: "postgres://u:p@a/d?sslmode=verify-full" });
  match(conninfo(full, { server: full.servers[0], roots: "/roots" }), / sslrootcert='\/roots' /);
});

Deno.test("certificates of the home folder are taken as libpq does", async () => {
  const home = await Deno.makeTempDir();
  await Deno.mkdir(`${home}/.postgresql`);
  for (const name of ["root.crt", "postgresql.crt", "postgresql.key"]) {
    await Deno.writeTextFile(`${home}/.postgresql/${name}`, "");
  }
  const taken = (url: string) => {
    const { sslrootcert, sslcert, sslkey } = under({ HOME: home }, { url });
    return [sslrootcert, sslcert, sslkey].map((path) => path?.replace(`${home}/.postgresql/`, ""));
  };
  deepEqual(taken("postgres://u@h/d?sslmode=verify-ca"), ["root.crt", "postgresql.crt", "postgresql.key"]);
  deepEqual(taken("postgres://u@h/d?sslrootcert=x&sslcert=y&sslkey=z"), ["x", "y", "z"]);
  deepEqual(taken("postgres://u@h/d"), [undefined, "postgresql.crt", "postgresql.key"]);
  await Deno.remove(home, { recursive: true });
});

Deno.test("an @ that is not percent-encoded is refused, and nothing of the password is shown", () => {
  throws(
    () => under({}, { url: "postgres://u:longpa@zebra@127.0.0.1/shop" }),
    ({ code, message }: { code: string; message: string }) => code === "url.invalid" && !message.includes("zebra"),
  );
});

Deno.test("what cannot be had of libpq is refused, and what asks for less is taken", () => {
  const under1 = (query: string, env = {}) => under(env, { url: `postgres://u@h/d?${query}` });
  const cases = [
    ["gssencmode=require", "gssencmode=require cannot be had: dteg has no gssencmode but disable and prefer"],
    [
      "channel_binding=require",
      "channel_binding=require cannot be had: dteg has no channel_binding but disable and prefer",
    ],
    ["sslnegotiation=direct", "sslnegotiation=direct cannot be had: dteg has no sslnegotiation but postgres"],
    [
      "target_session_attrs=best",
      'target_session_attrs "best" is none of any, read-write, read-only, primary, standby, prefer-standby',
    ],
  ] as const;
  for (const [query, message] of cases) throws(() => under1(query), { code: "connector.config", message });
  throws(() => under1("", { PGCHANNELBINDING: "require" }), { code: "connector.config", message: cases[1][1] });
  const fine = under1("gssencmode=prefer&channel_binding=disable&sslnegotiation=postgres&target_session_attrs=standby");
  deepEqual(fine, {
    ...DEFAULTS,
    servers: [{ host: "h", port: 5432 }],
    user: "u",
    database: "d",
    sessionAttrs: "standby",
  });
});

Deno.test("files that settings name start at the folder of the file that holds them, those of the environment do not", () => {
  const config = { url: "postgres://u@h/d?sslrootcert=ca.crt&sslcert=/c.crt", sslkey: "keys/c.key" };
  const { sslrootcert, sslcert, sslkey } = parametersOf(config, { folder: "/project" });
  deepEqual([sslrootcert, sslcert, sslkey], ["/project/ca.crt", "/c.crt", "/project/keys/c.key"]);
  equal(parametersOf({ url: "postgres://u@h/d?sslrootcert=system" }, { folder: "/project" }).sslrootcert, "system");
});
