import assert from "node:assert/strict";
import { POSTGRES_TYPES } from "../../../plugins/postgres/write/type_table.ts";
import { openBytePipe } from "../../../runtime/engine/pipe/byte_pipe.ts";
import { csvForm, packedForm, type PipeForm } from "../../../runtime/engine/pipe/pipe_form.ts";
import { type ScanBatch, targetType } from "../../../sdk/mod.ts";
import { openSession } from "../../engine/stage_session.ts";
import { postgresFolder } from "../../debian_packages.ts";
import { openServer, type TestServer } from "../server.ts";
import { VALUES } from "./duck_values.ts";

Deno.test("PostgreSQL: rows in its binary form are the rows of the text form, for each type that has one", async (t) => {
  await using server = await openServer();
  await using opened = await openSession();
  const { session, folder: tempDir } = opened;
  await session.load("postgres_scanner");

  /** Loads a query in both forms; throws where the tables differ, gives the rows. */
  async function inBothForms(query: string, count = 1): Promise<number> {
    const scan = await session.scan(query);
    const packed = packedForm(scan, POSTGRES_TYPES);
    assert.ok(packed, query);
    const columns = scan.schema.map((column) =>
      `"${column.name}" ${targetType(POSTGRES_TYPES, column).to(column.type)}`
    );
    for (const [table, form] of [["packed", packed], ["plain", csvForm(session, scan)]] as const) {
      await server.psql(`DROP TABLE IF EXISTS ${table}; CREATE TABLE ${table} (${columns.join(", ")})`);
      await using pipe = openBytePipe(session, scan, { form, tempDir, count });
      await Promise.all(pipe.batches.map(({ stream }) => copyIn(server, { table, form, stream })));
      await pipe.rows();
    }
    const texts = (table: string) =>
      `SELECT ${scan.schema.map(({ name }) => `"${name}"::text`).join(", ")} FROM ${table}`;
    const differ = await server.psql(
      `(${texts("packed")} EXCEPT ALL ${texts("plain")}) UNION ALL (${texts("plain")} EXCEPT ALL ${texts("packed")})`,
    );
    assert.equal(differ, "", query);
    return Number(await server.psql("SELECT count(*) FROM packed"));
  }

  await t.step("the odd values of each type, and NULL", async () => {
    let packed = 0;
    for (const [value] of VALUES) {
      const scan = await session.scan(`SELECT ${value} AS v`);
      if (!packedForm(scan, POSTGRES_TYPES)) continue;
      packed++;
      assert.equal(await inBothForms(`SELECT ${value} AS v UNION ALL SELECT NULL`), 2);
    }
    assert.ok(packed > 30, `${packed} of ${VALUES.length} values have a binary form`);
  });

  await t.step("decimals of each precision and scale, to their last digits", async () => {
    for (let precision = 1; precision <= 38; precision++) {
      const scales = [0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 18, 35, 36, precision].filter((scale) => scale <= precision);
      const columns = [...new Set(scales)].filter((scale) => scale <= 36).map((scale) => {
        const digits = (mark: string) => `${mark.repeat(precision - scale)}${scale ? `.${mark.repeat(scale)}` : ""}`;
        const texts = [digits("9"), `-${digits("9")}`, digits("1"), digits("0"), `-${digits("7")}`];
        return `unnest([${
          texts.map((text) => `'${text.replace(/^(-?)\./, "$10.")}'::DECIMAL(${precision},${scale})`).join(", ")
        }]) AS s${scale}`;
      });
      assert.equal(await inBothForms(`SELECT ${columns.join(", ")}`), 5);
    }
  });

  await t.step("a decimal whose digits DuckDB would wrap has no binary form", async () => {
    for (const type of ["DECIMAL(38,37)", "DECIMAL(38,38)"]) {
      assert.equal(packedForm(await session.scan(`SELECT 0::${type} AS v`), POSTGRES_TYPES), undefined);
    }
  });

  await t.step("several streams at once, some of them without a row", async () => {
    const rows = (count: number) =>
      `SELECT i AS id, repeat(chr(97 + (i % 26)::INT), (i % 50)::INT) AS t, '{"a":' || i || '}' AS j FROM range(${count}) r(i)`;
    for (const count of [0, 1, 300_000]) assert.equal(await inBothForms(rows(count), 2), count);
    assert.equal(await inBothForms(rows(0)), 0);
  });

  await t.step("a column of PostgreSQL's own type, and what has no such form, go as text", async () => {
    const scan = await session.scan("SELECT [1, 2] AS v");
    assert.equal(packedForm(scan, POSTGRES_TYPES), undefined);
    const own: ScanBatch = {
      ...scan,
      schema: [{ name: "v", type: { kind: "text" }, native: { system: "postgres", type: "inet" } }],
    };
    assert.equal(packedForm(own, POSTGRES_TYPES), undefined);
  });
});

/** COPY by psql, a client that dteg does not use. */
async function copyIn(
  server: TestServer,
  { table, form, stream }: {
    readonly table: string;
    readonly form: PipeForm;
    readonly stream: ReadableStream<Uint8Array>;
  },
): Promise<void> {
  const options = form.format === "csv" ? `FORMAT csv, NULL ''` : "FORMAT binary";
  const child = new Deno.Command(`${postgresFolder()}/psql`, {
    args: ["-qX", server.url(), "-v", "ON_ERROR_STOP=1", "-c", `COPY ${table} FROM STDIN (${options})`],
    stdin: "piped",
    stderr: "piped",
  }).spawn();
  const [, { success, stderr }] = await Promise.all([stream.pipeTo(child.stdin), child.output()]);
  assert.ok(success, new TextDecoder().decode(stderr));
}
