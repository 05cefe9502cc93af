import { DuckDBInstance } from "@duckdb/node-api";

/** Columns of the orders and their types, as a pipeline declares them; DuckDB knows the same words. */
export const ORDER_TYPES = {
  id: "bigint",
  customer_id: "bigint",
  status: "text",
  amount: "decimal(18,4)",
  note: "text",
  is_paid: "boolean",
  ordered_at: "timestamptz",
  attributes: "json",
} as const;

/** A file of orders, and what must come out of it. */
export interface Orders {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly checksum: string;
}

/**
 * Makes a CSV of orders, the same for the same number of rows on every machine: all values come from arithmetic on the row's number.
 * One note in five is NULL, others have quotes, commas, line breaks, other alphabets, or are empty; moments have microseconds.
 */
export async function makeOrders(folder: string, rows: number): Promise<Orders> {
  const path = `${folder}/orders_${rows}.csv`;
  const query = ordersQuery(rows);
  const kept = await readKept(path);
  if (kept?.query === query) return { path, rows, bytes: kept.bytes, checksum: kept.checksum };
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    await connection.run(`COPY (${query}) TO '${path}' (FORMAT csv, HEADER, NULLSTR '')`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  const checksum = await checksumOf(`(${query})`);
  const bytes = (await Deno.stat(path)).size;
  await Deno.writeTextFile(`${path}.json`, JSON.stringify({ query, bytes, checksum } satisfies Kept));
  return { path, rows, bytes, checksum };
}

/** Beside the file: what it was made by. */
interface Kept {
  readonly query: string;
  readonly bytes: number;
  readonly checksum: string;
}

async function readKept(path: string): Promise<Kept | undefined> {
  try {
    const kept: Kept = JSON.parse(await Deno.readTextFile(`${path}.json`));
    return (await Deno.stat(path)).size === kept.bytes ? kept : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function ordersQuery(rows: number): string {
  const mixed = (salt: number) => `(i * ${1_000_003 + salt * 7919} % 4294967291 * 48271 % 2147483647)`;
  return `SELECT i AS id,
    1000000000000 + ${mixed(11)} % 800000 AS customer_id,
    ['new', 'paid', 'packed', 'sent', 'returned'][${mixed(23)} % 5 + 1] AS status,
    CAST((${mixed(37)} % 90000000 - 200000) * CAST('0.0001' AS DECIMAL(5,4)) AS DECIMAL(18,4)) AS amount,
    CASE ${mixed(41)} % 10
      WHEN 0 THEN NULL WHEN 1 THEN NULL WHEN 2 THEN ''
      WHEN 3 THEN 'said "leave it at the door", ' || ${mixed(43)} % 1000
      WHEN 4 THEN 'first line' || chr(10) || 'second line ' || ${mixed(47)} % 1000
      WHEN 5 THEN 'Grüße, 안녕 ' || ${mixed(53)} % 1000
      ELSE 'ring twice ' || ${mixed(59)} % 100000 END AS note,
    ${mixed(61)} % 3 > 0 AS is_paid,
    to_timestamp(1600000000 + ${mixed(67)} % 150000000) + to_microseconds(${mixed(71)} % 1000000) AS ordered_at,
    '{"sku": "A-' || ${mixed(73)} % 100000 || '", "count": ' || ${mixed(79)} % 9 + 1 || ', "gift": ' ||
      CASE WHEN ${mixed(83)} % 2 = 0 THEN 'true' ELSE 'false' END || '}' AS attributes
    FROM range(1, ${rows + 1}) t(i)`;
}

/** Count and hash of the rows that a FROM clause gives, whatever their order; values are compared as text, NULL apart from ''. */
export async function checksumOf(from: string, { attach }: { readonly attach?: string } = {}): Promise<string> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    if (attach) await connection.run(`ATTACH '${attach}' AS made (READ_ONLY)`);
    const texts = Object.keys(ORDER_TYPES).map((name) => `CAST(CAST(${name} AS ${plainType(name)}) AS VARCHAR)`);
    const [row] = (await connection.runAndReadAll(
      `SELECT count(*) || ' rows, ' || sum(hash(${texts.join(", ")})::HUGEINT) AS sum FROM ${from}`,
    )).getRowObjectsJson();
    return String(row.sum);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const plainType = (name: string) => ORDER_TYPES[name as keyof typeof ORDER_TYPES].replace("json", "text");
