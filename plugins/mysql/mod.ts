import { type Static, Type } from "@sinclair/typebox";
import { defineConnector } from "../../sdk/mod.ts";
import { mysqlDestination } from "./write/destination.ts";
import { mysqlSource } from "./read/source.ts";

const text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

const config = Type.Object({
  url: text("mysql://user:password@host:3306/database?option=value, or mariadb://…"),
  host: text("Name or address; the path of a unix socket. Default: MYSQL_HOST, else localhost."),
  port: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 65535, default: 3306, description: "Default: MYSQL_TCP_PORT, else 3306." }),
  ),
  user: text("Default: the name of the user of the system."),
  password: text("Default: MYSQL_PWD, else none."),
  database: text("The database whose tables are read and written. Without it, all that the user may see."),
  socket: text("Path of the server's unix socket, in place of host and port. Default: MYSQL_UNIX_PORT for localhost."),
  sslmode: Type.Optional(
    Type.Union([
      Type.Literal("disable"),
      Type.Literal("prefer"),
      Type.Literal("require"),
      Type.Literal("verify-ca"),
      Type.Literal("verify-full"),
    ], { description: "How TLS is used, in the words of the postgres connector. Default: prefer." }),
  ),
  sslrootcert: text("File of the certificates that are trusted. Default: those of the system."),
  sslcert: text("File of the client's certificate."),
  sslkey: text("File of the client's key."),
  sslpassword: text("What opens the client's key, when that is encrypted."),
  connect_timeout: Type.Optional(
    Type.Integer({ minimum: 1, description: "Seconds to wait for the host. Default: 10." }),
  ),
  statement_timeout: Type.Optional(
    Type.Integer({ minimum: 0, description: "Seconds that one statement may take. Default: no limit." }),
  ),
}, { additionalProperties: false });

/** Settings of the connector. */
export type MysqlConfig = Static<typeof config>;

/** MariaDB and MySQL. */
export const mysqlConnector = defineConnector<MysqlConfig>({
  name: "mysql",
  summary: "MariaDB and MySQL",
  config,
  schemes: ["mysql", "mariadb"],
  examples: [
    { title: "By URL", config: 'url: "mysql://reader@db.example.com/shop?sslmode=verify-full"' },
    {
      title: "By single settings",
      config: "host: db.example.com\nuser: reader\npassword: ${env.SHOP_PASSWORD}\ndatabase: shop",
    },
  ],
  source: (settings, host) => mysqlSource(settings, host),
  destination: (settings, host) => mysqlDestination(settings, host),
});
