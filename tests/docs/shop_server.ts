import { openServer } from "../postgres/server.ts";

/** A real PostgreSQL as docs/guides/postgres.md has it: the database `shop` of the user `ada`, whose password is `secret`. */
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
