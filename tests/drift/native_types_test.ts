import assert from "node:assert/strict";
import { openServer as openMariadb } from "../mysql/server.ts";
import { openServer as openPostgres } from "../postgres/server.ts";
import { openDrifting, type Said, type Target } from "./drifting.ts";
import { mariadbTarget, postgresTarget } from "./servers.ts";

const postgres = await openPostgres();
const mariadb = await openMariadb();
Deno.test.afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
  await mariadb[Symbol.asyncDispose]();
});

/** A column's type before and after, and whether that is a widening; the value fits the one after only. */
type Change = readonly [before: string, small: string, after: string, large: string, isWider: boolean];

const POSTGRES: readonly Change[] = [
  ["integer", "1", "bigint", "5000000000", true],
  ["real", "0.5", "double precision", "1e100", true],
  ["numeric(6,2)", "1.50", "numeric(9,3)", "123456.125", true],
  ["numeric(6,2)", "1.50", "numeric", "1.23456", true],
  ["varchar(5)", "'a'", "varchar(9)", "'abcdefg'", true],
  ["varchar(5)", "'a'", "text", "'abcdefg'", true],
  ["timestamp(0)", "'2024-05-01 08:00:00'", "timestamp(3)", "'2024-05-01 08:00:00.125'", true],
  ["integer", "1", "text", "'x'", false],
  ["date", "'2024-05-01'", "timestamp", "'2024-05-01 08:00:00'", false],
  ["numeric(6,3)", "1.5", "numeric(8,2)", "123456.5", false],
  ["boolean", "true", "integer", "5", false],
  ["bigint", "1", "double precision", "0.5", false],
];

const MARIADB: readonly Change[] = [
  ["tinyint(4)", "1", "int(11)", "100000", true],
  ["int(10) unsigned", "1", "bigint(20) unsigned", "5000000000", true],
  ["int(10) unsigned", "1", "bigint(20)", "5000000000", true],
  ["float", "0.5", "double", "1e100", true],
  ["decimal(6,2)", "1.50", "decimal(9,3)", "123456.125", true],
  ["varchar(5)", "'a'", "varchar(9)", "'abcdefg'", true],
  ["varchar(5)", "'a'", "longtext", "'abcdefg'", true],
  ["datetime", "'2024-05-01 08:00:00'", "datetime(6)", "'2024-05-01 08:00:00.125'", true],
  ["int(11)", "1", "longtext", "'x'", false],
  ["bigint(20) unsigned", "18446744073709551615", "bigint(20)", "-1", false],
  ["tinyint(1)", "1", "varchar(3)", "'abc'", false],
  ["date", "'2024-05-01'", "datetime", "'2024-05-01 08:00:00'", false],
];

const PAIRS: Readonly<
  Record<string, { readonly changes: readonly Change[]; readonly open: () => Promise<Target> }>
> = {
  PostgreSQL: { changes: POSTGRES, open: async () => postgresTarget(postgres, await postgres.createDatabase()) },
  MariaDB: { changes: MARIADB, open: async () => mariadbTarget(mariadb, await mariadb.createDatabase()) },
};

for (const [name, { changes, open }] of Object.entries(PAIRS)) {
  Deno.test(`${name} to ${name}: a type of the server is widened where every value stays, else the load is refused`, async () => {
    const source = await open(), target = await open();
    await using drifting = await openDrifting(source.end);
    const streams = changes.map((_, index): Said => ({ name: `t${index}`, into: `t${index}` }));
    for (const [index, [before, small]] of changes.entries()) {
      await source.run(`CREATE TABLE t${index} (v ${before}); INSERT INTO t${index} VALUES (${small})`);
    }
    for (const { name, error } of (await drifting.load(target.end, streams)).values()) {
      assert.equal(error, null, `${name}: ${error?.message}`);
    }
    const before = await Promise.all(changes.map((_, index) => target.rows(`t${index}`)));
    for (const [index, [, , after, large]] of changes.entries()) {
      await source.run(
        `DROP TABLE t${index}; CREATE TABLE t${index} (v ${after}); INSERT INTO t${index} VALUES (${large})`,
      );
    }
    const reports = [...(await drifting.load(target.end, streams)).values()];
    for (const [index, [old, , after, , isWider]] of changes.entries()) {
      const at = `${old} to ${after}: ${reports[index].error?.message}`;
      assert.equal(reports[index].error?.code ?? null, isWider ? null : "contract.types", at);
      const columns = isWider ? await source.columns(`t${index}`) : undefined;
      if (columns) assert.equal(await target.columns(`t${index}`), columns, at);
      const added = isWider ? await source.rows(`t${index}`) : [];
      const rows = (await target.rows(`t${index}`)).length;
      assert.equal(rows, before[index].length + added.length, at);
      if (isWider) {
        assert.ok((await target.rows(`t${index}`)).includes(added[0]), `${at} ${await target.rows(`t${index}`)}`);
      } else assert.deepEqual(await target.rows(`t${index}`), before[index], at);
    }
  });
}
