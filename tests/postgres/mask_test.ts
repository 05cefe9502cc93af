import { deepEqual, equal, match } from "node:assert/strict";
import { createHmac } from "node:crypto";
import { asUser } from "../e2e/user.ts";
import { openServer } from "./server.ts";

const server = await openServer();
await server.psql("CREATE DATABASE source; CREATE DATABASE target");
await server.psql(
  `CREATE TABLE people (id bigint PRIMARY KEY, ssn numeric, at timestamptz, gap interval NOT NULL, name text);
  INSERT INTO people VALUES (1, 123.450, '2024-02-03 04:05:06+09', '1 day', 'Ada Lovelace'), (2, NULL, NULL, '2 h', NULL)`,
  { db: "source" },
);
const there = (sql: string) => server.psql(sql, { db: "target" });
const KEY = "the key of a test, 32 bytes long.";
const hash = (text: string) => createHmac("sha256", KEY).update(text).digest("hex").slice(0, 32);
const env = { DTEG_SECRET_MASK_KEY: KEY };
const pipeline = (more: string) =>
  `version: 1
source: ${server.url("source")}
streams:
  - { name: people, ${more}, columns: { id: { mask: hash }, ssn: { mask: hash }, at: { mask: hash }, gap: { mask: null }, name: { mask: partial } } }
destination: ${server.url("target")}
`;

Deno.test("between two PostgreSQL servers masked rows go through the stage, and a hashed key merges", () =>
  asUser(async (user) => {
    user.write("p.yaml", pipeline("into: masked, write: merge, key: auto"));
    await user.load(["p.yaml"], { env });
    const rows = [hash("1"), hash("123.45"), hash("2024-02-02T19:05:06.000000Z"), "", "****ace"].join("|");
    equal(await there("SELECT * FROM masked ORDER BY name"), `${rows}\n${hash("2")}||||`);
    const types = "SELECT string_agg(format_type(atttypid, atttypmod), ' ' ORDER BY attnum) FROM pg_attribute " +
      "WHERE attrelid = 'masked'::regclass AND attnum > 0";
    equal(await there(types), "text text text interval text");
    const { inserted, updated, unchanged } = await user.load(["p.yaml"], { env });
    deepEqual([inserted, updated, unchanged], [0, 0, 2]);
    const other = { env: { DTEG_SECRET_MASK_KEY: `${KEY} other` } };
    equal((await user.fails(["run", "p.yaml"], other)).code, "mask.changed");
  }));

Deno.test("what a server says of a row is not repeated where columns are masked", () =>
  asUser(async (user) => {
    user.write("p.yaml", pipeline(`into: broken, where: "name::int > 5"`));
    const { stdout, stderr } = await user.dteg(["run", "p.yaml", "--json", "--log-level", "debug"], { env });
    match(stdout, /masked columns/);
    equal(/Ada|Lovelace/.test(stdout + stderr), false);
  }));
