import { openServer, type TestServer } from "../../postgres/server.ts";

/** A server with what a shop has, and an ordinary user `clerk` who may read some of it and write in one schema of another database. */
export async function openShopServer(): Promise<TestServer> {
  const server = await openServer();
  await server.psql(
    "CREATE ROLE clerk LOGIN PASSWORD 'geheim'; CREATE ROLE keeper; CREATE DATABASE shop; CREATE DATABASE warehouse;",
  );
  await server.psql(SHOP, { db: "shop" });
  await server.psql(WAREHOUSE, { db: "warehouse" });
  return server;
}

const SHOP = `
CREATE SCHEMA sales;
CREATE TABLE sales.orders (id bigint PRIMARY KEY, status text, amount numeric(10,2), updated_at timestamptz);
CREATE TABLE sales.customers (id bigint PRIMARY KEY, name text, phone text);
CREATE TABLE sales.salaries (id int PRIMARY KEY, pay numeric(10,2));
CREATE TABLE sales.visits (at timestamptz, page text);
CREATE SCHEMA private;
CREATE TABLE private.notes (id int);
INSERT INTO sales.orders VALUES (1, 'paid', 120.50, '2024-05-01'), (2, 'open', 80.00, '2024-05-02');
INSERT INTO sales.visits VALUES ('2024-05-01', '/');
GRANT USAGE ON SCHEMA sales TO clerk;
GRANT SELECT ON sales.orders, sales.visits TO clerk;
GRANT SELECT (id, name) ON sales.customers TO clerk;
`;

const WAREHOUSE = `
CREATE SCHEMA raw;
CREATE TABLE raw.orders (id bigint PRIMARY KEY, status text, amount numeric(10,2), updated_at timestamptz);
CREATE TABLE raw.locked (id bigint);
GRANT USAGE ON SCHEMA raw TO clerk;
GRANT SELECT, INSERT, UPDATE, DELETE ON raw.orders TO clerk;
CREATE SCHEMA mine AUTHORIZATION clerk;
CREATE SCHEMA hidden;
`;
