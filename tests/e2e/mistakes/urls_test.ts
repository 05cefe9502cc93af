import { tell } from "./tell.ts";

const from = (url: string) => `dteg run --from '${url}' --stream orders --to out.duckdb`;

Deno.test("a mistake in a URL is told so that a person can mend it", () =>
  tell(new URL("urls.golden.txt", import.meta.url), {
    "a mistyped scheme": from("postgers://me@127.0.0.1/shop"),
    "a scheme that no connector has": from("oracle://me@127.0.0.1/shop"),
    "a scheme of a later version": from("snowflake://me:geheim@account/shop"),
    "a web address": from("https://example.com/orders.csv"),
    "two slashes where three are wanted": from("duckdb:/data/shop.duckdb"),
    "a scheme without slashes": from("postgres:me@127.0.0.1/shop"),
    "a scheme of JDBC": from("jdbc:postgresql://127.0.0.1:5432/shop"),
    "a port that is none": from("postgres://me@127.0.0.1:54x2/shop"),
    "a port that is too high": from("postgres://me@127.0.0.1:99999/shop"),
    "a percent sign that stands alone": from("postgres://me:50%off@127.0.0.1/shop"),
    "an @ in the password": from("postgres://me:p@ss@127.0.0.1:1/shop"),
    "a slash in the password": from("postgres://me:p/ss@127.0.0.1:1/shop"),
    "a # in the password": from("postgres://me:p#ss@127.0.0.1:1/shop"),
    "an option that is none": from("postgres://me@127.0.0.1/shop?sslmod=require"),
    "a value of an option that is none": from("postgres://me@127.0.0.1/shop?sslmode=on"),
    "a host that is unknown": from("postgres://me@db.invalid/shop"),
    "a port where nothing listens": from("postgres://me@127.0.0.1:1/shop"),
    "an IPv6 address without brackets": from("postgres://me@::1:5432/shop"),
    "a space": from("postgres://me@127.0.0.1/sh op"),
    "nothing": from(""),
    "a scheme alone": from("duckdb://"),
    "a DuckDB file that is not there": from("duckdb://shpo.duckdb"),
    "a DuckDB file that is none": from("duckdb://data/orders.csv"),
    "a format that does not fit the file": "dteg run --from parquet://data/orders.csv --to out.duckdb",
    "a format that is none": "dteg run --from exel://data/orders.csv --to out.duckdb",
    "a file that a format reads, which is not there": "dteg run --from csv://data/oders.csv --to out.duckdb",
    "an ending that no format has": "dteg run --from data/orders.xlsx --to out.duckdb",
    "an ending that no format has, to write": "dteg run --from data/orders.csv --to out.xlsx",
    "a file where a folder is wanted": "dteg run --from data/orders.csv/ --to out.duckdb",
    "a URL in a file, with a mistake": {
      line: "dteg validate p.yaml",
      files: {
        "p.yaml":
          "version: 1\nsource: postgres://me:geheim@127.0.0.1:99999/shop\nstreams: [orders]\ndestination: out.duckdb\n",
      },
    },
    "a URL of connection add, with a password": "dteg connection add shop postgers://me:geheim@127.0.0.1/shop",
  }));
