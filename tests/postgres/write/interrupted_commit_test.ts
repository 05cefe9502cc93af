import { deepEqual, equal, match, ok } from "node:assert/strict";
import { asUser } from "../../e2e/user.ts";
import { cutAtCommit } from "./commit_wire.ts";
import { openServer } from "../server.ts";

const server = await openServer();

for (
  const [name, cut, slowest] of [
    ["an interrupt at COMMIT waits for its reply", "never", 3],
    ["an interrupt at COMMIT, to which no reply comes, asks the server anew", "silent", 9],
  ] as const
) {
  Deno.test(name, () =>
    asUser(async (user) => {
      const db = await server.createDatabase();
      user.write("in.csv", "id\n1\n2\n");
      await user.load(["in.csv", "--to", server.url(db), "--into", "t"]);
      user.write("in.csv", "id\n3\n4\n");
      const running: Deno.ChildProcess[] = [];
      using wire = cutAtCommit(server.port, cut, async () => {
        running[0].kill("SIGINT");
        await new Promise((resolve) => setTimeout(resolve, 300));
      });
      const url = server.url(db, { options: "sslmode=disable" }).replace(`:${server.port}/`, `:${wire.port}/`);
      const began = performance.now();
      running.push(user.start(["run", "in.csv", "--to", url, "--into", "t", "--json"]));
      const { stdout } = await running[0].output();
      const seconds = (performance.now() - began) / 1000;
      ok(seconds < slowest, `${seconds} s`);
      const [stream] = JSON.parse(new TextDecoder().decode(stdout)).result.pipelines[0].streams;
      equal(await server.psql("SELECT string_agg(id::text, ',') FROM t", { db }), "3,4");
      deepEqual([stream.status, stream.written], ["ok", 2]);
      if (cut === "silent") match(stream.warnings.join(), /the connection was lost at COMMIT; the server was asked/);
      equal(await server.psql("SELECT count(*) FROM pg_class WHERE relname ~ '^_dteg_stage'", { db }), "0");
    }));
}
