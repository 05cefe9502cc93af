import { deepEqual, equal, rejects } from "node:assert/strict";
import { adhocEnd, findProject } from "../../../runtime/config/mod.ts";
import { inFolder, options } from "../fake_connectors.ts";

const SSH =
  "host: bastion, port: '${env.PORT}', key: keys/id, passphrase: opensesame, known_hosts: ~/kh, host_key: 'SHA256:a'";
const FILES = {
  "dteg.yaml": "",
  "connections.yaml": [
    `full: { use: server, url: "server://me@db/shop", ssh: { ${SSH} } }`,
    "short: { use: server, config: { host: db, ssh: { host: bastion } } }",
    "slip: { use: server, host: db, ssh: { host: bastion, usr: me } }",
    "bare: { use: server, host: db, ssh: bastion }",
    "file: { use: duckdb, path: x.db, ssh: { host: bastion } }",
  ].join("\n"),
};
const ENV = { HOME: "/home/ada", USER: "ada", PORT: "2222" };

Deno.test("ssh of a connection is an SSH server with paths and defaults filled in, and its passphrase a secret", async () => {
  await inFolder(FILES, async (folder) => {
    const given = options(folder, { project: await findProject(folder), env: ENV });
    const full = await adhocEnd("full", "source", given);
    deepEqual([full.config, full.ssh], [{ host: "db", user: "me", database: "shop" }, {
      host: "bastion",
      port: 2222,
      user: "ada",
      keys: [`${folder}/keys/id`],
      passphrase: "opensesame",
      knownHosts: ["/home/ada/kh"],
      hostKey: "SHA256:a",
    }]);
    equal(given.secrets.mask("opensesame"), "***");
    const { ssh } = await adhocEnd("short", "source", given);
    deepEqual(ssh, {
      host: "bastion",
      port: 22,
      user: "ada",
      keys: ["/home/ada/.ssh/id_ed25519", "/home/ada/.ssh/id_rsa"],
      knownHosts: ["/home/ada/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"],
    });
    const agent = options(folder, { project: await findProject(folder), env: { ...ENV, SSH_AUTH_SOCK: "/s" } });
    deepEqual((await adhocEnd("short", "source", agent)).ssh?.keys, []);
  });
});

Deno.test("a fault in ssh is told with its place; what is no server has no ssh", async () => {
  await inFolder(FILES, async (folder) => {
    const given = options(folder, { project: await findProject(folder), env: ENV });
    const place = { code: "connector.config", path: "connections.yaml" };
    await rejects(adhocEnd("slip", "source", given), { ...place, line: 3, hint: 'did you mean "user"?' });
    await rejects(adhocEnd("bare", "source", given), {
      ...place,
      line: 4,
      message: /wanted a mapping such as \{ host:/,
    });
    await rejects(adhocEnd("file", "source", given), { ...place, line: 5, message: /has no key "ssh"/ });
  });
});
