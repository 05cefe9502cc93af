import assert from "node:assert/strict";
import { runJson, runLine } from "../commands/fake_platform.ts";
import { tempFolder } from "../commands/project/temp_folder.ts";
import { openSshServer } from "../net/ssh_server.ts";
import { openServer } from "../postgres/server.ts";

Deno.test("a connection with ssh is loaded from, written to, asked and checked through its SSH server", async () => {
  await using server = await openServer();
  await using ssh = await openSshServer();
  await using folder = await tempFolder({
    "id": ssh.user.private,
    "known": `[127.0.0.1]:${ssh.port} ${ssh.host.public}\n`,
    "dteg.yaml": "version: 1\n",
  });
  const db = await server.createDatabase();
  await server.psql("CREATE TABLE t AS SELECT i, 'x' || i AS v FROM generate_series(1, 1000) i", { db });
  const tunnel = (known: string) =>
    `ssh: { host: 127.0.0.1, port: ${ssh.port}, user: me, key: id, known_hosts: ${known} }`;
  await Deno.writeTextFile(
    `${folder.path}/connections.yaml`,
    ["known", "nothing"].map((known, at) =>
      `${["far", "strange"][at]}: { use: postgres, url: "${server.url(db)}", ${tunnel(known)} }\n`
    ).join(""),
  );
  const setting = { folder: folder.path };
  for (
    const [from, stream, to] of [["far", "public.t", "out.duckdb"], ["far", "public.t", "csv://out/"], [
      "out.duckdb",
      "t",
      "far",
    ]]
  ) {
    const into = to === "far" ? ["--into", "public.back"] : [];
    const { exit, err } = await runLine(["run", "--from", from, "--stream", stream, "--to", to, ...into], setting);
    assert.equal(exit, 0, err);
  }
  assert.equal(await server.psql("SELECT count(*), sum(i) FROM back", { db }), "1000|500500");
  const asked = await runLine(["query", "SELECT count(*) AS n FROM t", "--on", "far", "--format", "csv"], setting);
  assert.equal(asked.out, "n\n1000\n");
  assert.equal((await runLine(["connection", "test", "far"], setting)).exit, 0);
  const strange = await runJson(["run", "--from", "strange", "--stream", "public.t", "--to", "no.duckdb"], setting);
  assert.deepEqual([strange.exit, (strange.envelope.error as { code: string }).code], [3, "connection.host_key"]);
});
