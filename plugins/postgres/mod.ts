import { type Static, Type } from "@sinclair/typebox";
import { defineConnector } from "../../sdk/mod.ts";
import { postgresSource } from "./read/source.ts";
import { postgresDestination } from "./write/destination.ts";

const text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

const config = Type.Object({
  url: text("postgres://user:password@host:5432/database?option=value. Several hosts with commas; libpq's options."),
  host: text("Name or address; a folder for a unix socket; several with commas. Default: PGHOST, else localhost."),
  port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: "Default: PGPORT, else 5432." })),
  user: text("Default: PGUSER, else the name of the user of the system."),
  password: text("Default: PGPASSWORD, else the password file (PGPASSFILE, ~/.pgpass)."),
  database: text("Default: PGDATABASE, else the user's name."),
  service: text("A section of the service file (PGSERVICEFILE, ~/.pg_service.conf)."),
  sslmode: Type.Optional(
    Type.Union([
      Type.Literal("disable"),
      Type.Literal("allow"),
      Type.Literal("prefer"),
      Type.Literal("require"),
      Type.Literal("verify-ca"),
      Type.Literal("verify-full"),
    ], { description: "How TLS is used, as libpq has it. Default: prefer." }),
  ),
  sslrootcert: text("File of the certificates that are trusted; `system` for those of the system."),
  sslcert: text("File of the client's certificate."),
  sslkey: text("File of the client's key."),
  sslpassword: text("What opens the client's key, when that is encrypted."),
  application_name: text("What the server calls the connection. Default: dteg."),
  connect_timeout: Type.Optional(Type.Integer({ minimum: 1, description: "Seconds to wait for a host. Default: 10." })),
  statement_timeout: Type.Optional(
    Type.Integer({ minimum: 0, description: "Seconds that one statement may take. Default: no limit." }),
  ),
}, { additionalProperties: false });

/** Settings of the connector. */
export type PostgresConfig = Static<typeof config>;

/** PostgreSQL and servers that speak its protocol, both ways. */
export const postgresConnector = defineConnector<PostgresConfig>({
  name: "postgres",
  summary: "PostgreSQL, and servers that speak its protocol",
  config,
  schemes: ["postgres", "postgresql"],
  examples: [
    { title: "By URL", config: 'url: "postgres://reader@db.example.com/shop?sslmode=verify-full"' },
    {
      title: "By single settings",
      config: "host: db.example.com\nuser: reader\npassword: ${env.SHOP_PASSWORD}\ndatabase: shop",
    },
  ],
  source: (settings, host) => postgresSource(settings, host),
  destination: (settings, host) => postgresDestination(settings, host),
});
