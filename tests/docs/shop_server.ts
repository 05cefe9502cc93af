import { openServer as openMariadb } from "../mysql/server.ts";
import { openServer } from "../postgres/server.ts";

/** A real server as the guides have it: the database `shop` of the user `ada`, whose password is `secret`. */
export interface ShopServer extends AsyncDisposable {
  /** What stands in the environment of who follows the page. */
  readonly env: Readonly<Record<string, string>>;
  /** Puts the authority of the server's certificate into a folder, as `ca.crt`. */
  giveAuthority(folder: string): Promise<void>;
}

/** Starts the server; it serves TLS as `localhost`. */
export async function openShop(): Promise<ShopServer> {
  const server = await openServer({ tls: true });
  await server.psql("CREATE ROLE ada LOGIN PASSWORD 'secret'; CREATE DATABASE shop OWNER ada;");
  const port = String(server.port);
  return {
    env: {
      DATABASE_URL: server.url("shop", { user: "ada", password: "secret" }),
      PGPORT: port,
      SHOP_PASSWORD: "secret",
    },
    giveAuthority: (folder) => Deno.copyFile(`${server.folder}/ca.crt`, `${folder}/ca.crt`),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The same of MariaDB. */
export async function openMariadbShop(): Promise<ShopServer> {
  const server = await openMariadb({ tls: true });
  await server.sql(
    "CREATE DATABASE shop CHARACTER SET utf8mb4; CREATE USER ada IDENTIFIED BY 'secret'; GRANT ALL ON shop.* TO ada",
  );
  return {
    env: {
      DATABASE_URL: server.url("shop", { user: "ada", password: "secret" }),
      MYSQL_TCP_PORT: String(server.port),
      SHOP_PASSWORD: "secret",
    },
    giveAuthority: (folder) => Deno.copyFile(`${server.folder}/ca.crt`, `${folder}/ca.crt`),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
