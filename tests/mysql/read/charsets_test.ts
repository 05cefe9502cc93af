import { deepEqual, equal } from "node:assert/strict";
import { asUser } from "../../e2e/user.ts";
import { openServer } from "../server.ts";

/** Character sets with a text that each can hold. */
const TEXTS: readonly (readonly [set: string, text: string])[] = [
  ["latin1", "Grüße €, ÿ“\u0081"],
  ["latin2", "Łódź ő"],
  ["cp1251", "Привет, мир №"],
  ["ucs2", "안녕, Ω\ufffd"],
  ["utf16", "안녕 😀, \u{10ffff}"],
  ["utf16le", "é😀"],
  ["utf32", "😀\u{1f468}\u200d"],
  ["utf8mb3", "ﷺ, \ufeff"],
  ["sjis", "日本語ﾃｽﾄ"],
  ["cp932", "①～日本"],
  ["eucjpms", "日本語～"],
  ["gbk", "简体中文，€".replace("€", "元")],
  ["big5", "繁體中文"],
  ["euckr", "한글, 가나다"],
  ["ascii", 'a "b", \\c'],
];

Deno.test("text arrives as it is from columns of every character set, and bytes that look like text stay bytes", async () => {
  await using server = await openServer();
  const db = await server.createDatabase();
  const columns = TEXTS.map(([set]) => `${set} text CHARACTER SET ${set}, ${set}_e enum('x','y') CHARACTER SET ${set}`);
  const values = TEXTS.map(([, text]) => `CONVERT(X'${hex(text)}' USING utf8mb4), 'y'`);
  await server.sql(
    `CREATE TABLE t (id int PRIMARY KEY, ${columns.join(", ")}, bin varbinary(9), as_text text CHARACTER SET binary);
    INSERT INTO t VALUES (1, ${values.join(", ")}, X'ff00c328', X'fffe41')`,
    { db },
  );
  await asUser(async (user) => {
    await user.load(["--from", server.url(db), "--stream", "t", "--to", "duckdb://x.duckdb", "--into", "t"]);
    const list = TEXTS.map(([set]) => `hex(encode(${set})) || ${set}_e`);
    const [row] = await user.rows(`SELECT ${list.join(", ")} FROM t`, "x.duckdb");
    deepEqual(row.split(","), TEXTS.map(([, text]) => `${hex(text)}y`));
    equal((await user.rows("SELECT hex(bin), hex(as_text) FROM t", "x.duckdb")).join(), "FF00C328,FFFE41");
  });
});

function hex(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase();
}
