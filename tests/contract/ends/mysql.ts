import { formatName } from "../../../sdk/mod.ts";
import { openServer } from "../../mysql/server.ts";
import { sqlText } from "../kinds.ts";
import type { Plug } from "./plug.ts";

/** Nothing of a session's own shows in what is made and read here; dteg's sessions find odd ones. */
const PLAIN = "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES';\n";
const ODD = { "default-time-zone": "-03:30", "sql-mode": "", "max-allowed-packet": "64M" };

/** MariaDB, by its command line. */
export async function mysqlPlug(): Promise<Plug> {
  const server = await openServer({ options: ODD });
  const db = await server.createDatabase("contract");
  const sql = (text: string) => server.sql(PLAIN + text, { db });
  const place = (source: string, stream: string) => `\`from_${source}_${stream.replaceAll("`", "``")}\``;
  return {
    end: "mysql",
    source: { use: "mysql", config: { url: server.url(db) } },
    async fill(lanes) {
      const made = lanes.map(({ name, values }) => {
        const columns = values.map(({ id, from }) => `\`${id}\` ${from.mysql!.type} NULL`);
        const cells = values.map(({ from }) => from.mysql!.value);
        return `CREATE TABLE \`${name}\` (id bigint, ${columns.join(", ")}) CHARACTER SET utf8mb4;
          INSERT INTO \`${name}\` VALUES (0, ${cells.join(", ")}); INSERT INTO \`${name}\` (id) VALUES (1);`;
      });
      await sql(made.join("\n"));
      return lanes.map(({ name }) => ({ name }));
    },
    destination: () => ({ use: "mysql", config: { url: server.url(db) } }),
    into: (source, stream) => formatName({ name: `from_${source}_${stream}` }),
    async read(source, stream) {
      const found = await sql(`SELECT column_name, column_type FROM information_schema.columns
        WHERE table_schema = '${db}' AND table_name = ${
        sqlText(`from_${source}_${stream}`)
      } ORDER BY ordinal_position`);
      const columns = found.split("\n").map((line) => line.split("\t") as [string, string]);
      const list = columns.map(([name, type]) =>
        `IFNULL(HEX(${textOf(`\`${name.replaceAll("`", "``")}\``, type)}), '-')`
      );
      const rows = await sql(`SELECT ${list.join(", ")} FROM ${place(source, stream)} ORDER BY id`);
      return {
        columns,
        rows: rows.split("\n").filter((line) => line !== "").map((line) =>
          line.split("\t").map((hex, index) => hex === "-" ? null : isBytes(columns[index][1]) ? hex : utf8(hex))
        ),
      };
    },
    form: (kind, text, type) => {
      if (kind === "bool") return { "1": "true", "0": "false" }[text] ?? text;
      return kind === "timestamptz" && /^(datetime|timestamp)/.test(type) ? `${text}Z` : text;
    },
    isNative: (type, planned) => plain(type) === plain(planned),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const isBytes = (type: string) => /blob|binary/.test(type);

/** SQL of all that a value is, as text; bytes stay what they are. */
function textOf(name: string, type: string): string {
  if (isBytes(type)) return name;
  const value = /^(float|double)/.test(type) ? `${name} * 1e0` : /^bit/.test(type) ? `${name} + 0` : name;
  return `CAST(${value} AS CHAR CHARACTER SET utf8mb4)`;
}

const utf8 = (hex: string) =>
  new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
    Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16)),
  );

/** MariaDB shows widths that say nothing, and has no JSON of its own. */
const plain = (type: string) =>
  type.replace(/^json$/, "longtext").replace(/^datetime\(0\)$/, "datetime").replace(
    /^((?:small|medium|big)?int|tinyint(?!\(1\)))\(\d+\)/,
    "$1",
  );
