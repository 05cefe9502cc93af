import { deepEqual, equal, rejects } from "node:assert/strict";
import { parametersOf } from "../../../plugins/postgres/parameters.ts";
import { connect } from "../../../plugins/postgres/session.ts";
import { asUser } from "../../e2e/user.ts";
import { openServer } from "../server.ts";

const primary = await openServer();
const standby = await openServer({ standby: true });
await primary.psql("CREATE DATABASE fixed; ALTER DATABASE fixed SET default_transaction_read_only = on");

const ports = { primary: primary.port, standby: standby.port };

/** Which of two servers is taken, in the order of their names. */
async function taken(attrs: string, hosts: readonly (keyof typeof ports)[], database = "postgres"): Promise<string> {
  const list = hosts.map((host) => `127.0.0.1:${ports[host]}`).join(",");
  const url = primary.url(database).replace(`127.0.0.1:${primary.port}`, list);
  const parameters = parametersOf({ url: `${url}?target_session_attrs=${attrs}` });
  await using session = await connect(parameters, { signal: new AbortController().signal });
  return session.server.port === primary.port ? "primary" : "standby";
}

Deno.test("target_session_attrs takes the first server of the kind that is wanted", async () => {
  const both = ["primary", "standby"] as const;
  const other = ["standby", "primary"] as const;
  const cases = [
    ["any", both, "primary"],
    ["any", other, "standby"],
    ["primary", other, "primary"],
    ["read-write", other, "primary"],
    ["standby", both, "standby"],
    ["read-only", both, "standby"],
    ["prefer-standby", both, "standby"],
    ["prefer-standby", ["primary"], "primary"],
  ] as const;
  for (const [attrs, hosts, wanted] of cases) equal(await taken(attrs, hosts), wanted, `${attrs} of ${hosts}`);
  equal(await taken("read-only", ["primary"], "fixed"), "primary");
});

Deno.test("when no server is of that kind, each is told with what it is", async () => {
  const refused = (attrs: string, hosts: readonly (keyof typeof ports)[], database?: string) =>
    taken(attrs, hosts, database).then(() => "taken", ({ code, message }) => `${code} ${message}`);
  const at = (host: keyof typeof ports) => `cannot use 127.0.0.1:${ports[host]}`;
  deepEqual([
    await refused("standby", ["primary"]),
    await refused("read-write", ["standby", "standby"]),
    await refused("read-write", ["primary"], "fixed"),
  ], [
    `connection.role ${
      at("primary")
    }/postgres: it is a primary, and target_session_attrs=standby wants another kind of server`,
    `connection.role ${
      at("standby")
    }/postgres: it is a standby, and target_session_attrs=read-write wants another kind of server; ` +
    `${at("standby")}/postgres: it is a standby, and target_session_attrs=read-write wants another kind of server`,
    `connection.role ${
      at("primary")
    }/fixed: it is a primary that is read-only, and target_session_attrs=read-write wants another kind of server`,
  ]);
  await rejects(taken("standby", ["primary"]), { code: "connection.role" });
});

Deno.test("a standby can be read, and is refused as a target before anything moves", () =>
  asUser(async (user) => {
    user.write(
      "p.yaml",
      [
        "version: 1",
        `source: { use: postgres, config: { url: "\${env.FROM}" } }`,
        'streams: [{ name: t, sql: "SELECT i, i * 1.5 AS n FROM generate_series(1, 5) i" }]',
        "destination: csv://o.csv",
      ].join("\n"),
    );
    equal((await user.load(["p.yaml"], { env: { FROM: standby.url() } })).read, 5);
    const { code, exit, message } = await user.fails(["run", "--from", "o.csv", "--to", standby.url(), "--into", "t"]);
    deepEqual([code, exit], ["target.read_only", 3]);
    equal(
      message,
      `cannot write to 127.0.0.1:${standby.port}/postgres: it is a standby, which only follows its primary`,
    );
  }));
