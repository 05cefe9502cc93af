import { openServer } from "../mysql/server.ts";
import { contest } from "./contest.ts";

Deno.test("mysql: one writer a table", async (t) => {
  await using server = await openServer();
  await contest(t, async () => {
    const db = await server.createDatabase();
    const sql = (text: string) => server.sql(text, { db });
    return {
      to: ["--to", server.url(db), "--into", "t"],
      isHeld: async () =>
        await sql("SHOW TABLES LIKE '\\_dteg\\_lease'") !== "" &&
        await sql("SELECT COUNT(*) FROM _dteg_lease WHERE owner <> ''") !== "0",
      isMoving: async () => await sql(`SHOW TABLES WHERE Tables_in_${db} REGEXP '^_dteg_stage'`) !== "",
      runOut: async () => void await sql("UPDATE _dteg_lease SET until = '2000-01-01'"),
      rows: () => sql("SELECT CONCAT(id, ',', v) FROM t ORDER BY 1"),
      debris: () => sql(`SHOW TABLES WHERE Tables_in_${db} REGEXP '^_dteg_(stage|mark|old)'`),
    };
  });
});
