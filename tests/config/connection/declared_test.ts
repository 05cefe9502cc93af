import { deepEqual, equal, rejects } from "node:assert/strict";
import { adhocEnd, declaredConnections, findProject, loadPipeline } from "../../../runtime/config/mod.ts";
import { CONNECTORS, inFolder, options } from "../fake_connectors.ts";

const FILES = {
  "dteg.yaml": "environments: { dev: { connections: { both: server://env } } }\n",
  "connections.yaml": "both: server://file\nonly: server://file\n",
  "p.yaml": "source: { connection: shop_db }\ndestination: out.csv\nstreams: [t]\n",
};
const ENV = {
  both: "server://variable",
  SHOP_DB: "server://me:p4ss${x}@h/shop",
  PAGE: "https://example.org",
  PATH: "/bin",
  DTEG_FROM: "server://h",
};

Deno.test("connections are those of the environment, of connections.yaml, and variables that hold a URL; the first wins", async () => {
  await inFolder(FILES, async (folder) => {
    const { environment } = options(folder, { project: await findProject(folder), env: ENV });
    deepEqual(declaredConnections(environment, CONNECTORS).map(({ name, from }) => [name, from]), [
      ["both", "environment"],
      ["only", "file"],
      ["SHOP_DB", "variable"],
    ]);
    const end = await adhocEnd("both", "source", options(folder, { project: await findProject(folder), env: ENV }));
    deepEqual(end.config, { host: "env" });
  });
});

Deno.test("a variable is a connection by its own name and in small letters, as it is, and its password is a secret", async () => {
  await inFolder(FILES, async (folder) => {
    const given = options(folder, { env: ENV });
    const { pipeline } = await loadPipeline("p.yaml", given);
    deepEqual(pipeline.source, {
      connector: "server",
      config: { host: "h", user: "me", password: "p4ss${x}", database: "shop" },
      label: "shop_db",
      folder,
    });
    equal(given.secrets.mask("p4ss${x}"), "***");
    deepEqual((await adhocEnd("SHOP_DB", "source", options(folder, { env: ENV }))).label, "SHOP_DB");
    await rejects(adhocEnd("SHOP_DP", "source", options(folder, { env: ENV })), { hint: "did you mean SHOP_DB?" });
    await rejects(adhocEnd("PAGE", "source", options(folder, { env: ENV })), { code: "connection.unknown" });
  });
});
