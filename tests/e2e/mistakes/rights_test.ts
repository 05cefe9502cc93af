import { openShopServer } from "./shop_server.ts";
import { tell } from "./tell.ts";

const NOBODY = 65534;
const load = (stream: string, into: string, more = "") =>
  `dteg run --from shop --stream ${stream} --to warehouse_db --into ${into}${more}`;

Deno.test("a right that is missing is told so that a person can mend it", async () => {
  await using server = await openShopServer();
  const url = (database: string, user = "clerk", password = "geheim") => server.url(database, { user, password });
  const telling = {
    env: {
      SHOP: url("shop"),
      WAREHOUSE_DB: url("warehouse"),
      WRONG_PASSWORD: url("shop", "clerk", "falsch"),
      NO_SUCH_USER: url("shop", "clrk"),
      NO_SUCH_DATABASE: url("shpo"),
      READ_ONLY: `${url("warehouse")}?options=-c%20default_transaction_read_only%3Don`,
    },
    replace: [[new RegExp(`\\b${server.port}\\b`, "g"), "PORT"]] as const,
    ...(Deno.uid() === 0 && { uid: NOBODY }),
  };
  await tell(new URL("rights.golden.txt", import.meta.url), {
    "a wrong password": "dteg discover wrong_password",
    "a user that the server does not have": "dteg discover no_such_user",
    "a database that the server does not have": "dteg discover no_such_database",
    "a table that one may not read": load("sales.salaries", "mine.salaries"),
    "a table of which one may read some columns": load("sales.customers", "mine.customers"),
    "a schema that one may not use": load("private.notes", "mine.notes"),
    "a query over a table that one may not read": "dteg query 'SELECT * FROM sales.salaries' --on shop",
    "preview of a table that one may not read": "dteg preview shop --stream sales.salaries",
    "a table made in a schema where one may not": load("sales.orders", "raw.new_orders"),
    "a schema made where one may not": load("sales.orders", "fresh.orders"),
    "a schema that one may not use, to write": load("sales.orders", "hidden.orders"),
    "a table of somebody else, replaced": load("sales.orders", "raw.orders", " -y"),
    "a table of somebody else, merged into": load("sales.orders", "raw.orders", " --write merge --key id"),
    "a table that one may not write": load("sales.orders --select id", "raw.locked", " --write append"),
    "a server that only reads": "dteg run --from shop --stream sales.orders --to read_only --into mine.orders",
    "a change where one may only read": "dteg query 'DELETE FROM sales.orders' --on shop --allow-writes",
    "check of both ends": {
      line: "dteg check p.yaml",
      files: {
        "p.yaml":
          "version: 1\nsource: { connection: shop }\nstreams: [sales.salaries, { name: sales.orders, into: raw.fresh }]\n" +
          "destination: { connection: warehouse_db }\n",
      },
    },
    "a hook that one may not run": {
      line: "dteg run p.yaml -q",
      files: {
        "p.yaml": "version: 1\nsource: { connection: shop }\nstreams: [{ name: sales.orders, into: mine.hooked }]\n" +
          'destination: { connection: warehouse_db }\nhooks: { after: ["CREATE INDEX ON raw.orders (id)"] }\n',
      },
    },
    "a file that one may not read": "chmod 000 data/orders.csv && dteg run data/orders.csv",
    "a folder that one may not read": "chmod 000 data && dteg run --from data/ --stream orders --to out.duckdb",
    "a folder that one may not write": "chmod 555 . && dteg run data/orders.csv",
    "a file that one may not replace":
      "mkdir out && dteg run --from data/orders.csv --to out/o.csv -q && chmod 555 out && dteg run --from data/orders.csv --to out/o.csv",
    "a DuckDB file that one may not write": "dteg run orders -q && chmod 444 warehouse.duckdb && dteg run orders",
    "a pipeline that one may not read": "chmod 000 pipelines/orders.yaml && dteg run orders",
    "a secret that one may not read": {
      line: "chmod 000 .dteg/secrets/pw && dteg validate p.yaml",
      files: {
        ".dteg/secrets/pw": "geheim\n",
        "p.yaml": 'version: 1\nsource: { use: postgres, config: { host: 127.0.0.1, password: "${secret.pw}" } }\n' +
          "streams: [orders]\ndestination: out.duckdb\n",
      },
    },
    "a record of runs that one may not write": "mkdir .dteg && chmod 555 .dteg && dteg run orders > report",
    "a cache folder that one may not write": "DTEG_CACHE_DIR=/proc/nowhere dteg run orders",
    "a project that one may not write, to init": "mkdir shop && chmod 555 shop && dteg init shop -y",
    "an output that one may not write": "dteg plan orders -o /proc/plan.json",
  }, telling);
});
