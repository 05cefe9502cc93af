import assert from "node:assert/strict";
import { dialectOf } from "../../../plugins/mysql/table/dialect.ts";
import { dressOf, hasMoreThan, makingTable, typesOf } from "../../../plugins/mysql/table/dress.ts";
import { hasMoreInText } from "../../../plugins/mysql/table/existing_table.ts";
import { mysqlType } from "../../../plugins/mysql/table/type_table.ts";
import type { PlannedTarget, Schema } from "../../../sdk/mod.ts";

const SCHEMA: Schema = [
  { name: "k", type: { kind: "text" } },
  { name: "u", type: { kind: "uuid" } },
  { name: "j", type: { kind: "json" } },
  { name: "b", type: { kind: "bytes" }, comment: "it's \\" },
];

function made(version: string, options: PlannedTarget["options"] = {}): string {
  const target: PlannedTarget = {
    table: { schema: "d", name: "t" },
    schema: SCHEMA,
    write: "merge",
    key: ["k", "b"],
    options,
  };
  const dialect = dialectOf({ isMariadb: /MariaDB/.test(version), version });
  const { schema } = target;
  return makingTable({
    table: { schema: "d", name: "t" },
    schema,
    dress: dressOf(target),
    types: typesOf(target, dialect),
    dialect,
  });
}

Deno.test("MySQL 8 gets its own collation, JSON as text that must be JSON, and uuid as characters", () => {
  assert.equal(
    made("8.4.3", { indexes: [["j", "u"]] }),
    "CREATE TABLE `d`.`t` (\n  `k` varchar(384) NOT NULL,\n  `u` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,\n" +
      "  `j` longtext NULL CHECK (json_valid(`j`)),\n  `b` varbinary(1536) NOT NULL COMMENT 'it''s \\\\',\n" +
      "  PRIMARY KEY (`k`, `b`),\n  INDEX (`j`(255), `u`)\n) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin",
  );
});

Deno.test("older servers get what they have", () => {
  assert.match(made("10.6.18-MariaDB"), /`u` char\(36\).*COLLATE utf8mb4_nopad_bin/s);
  assert.match(made("10.11.19-MariaDB"), /`u` uuid NULL,\n {2}`j` json NULL/);
  assert.match(made("11.4.2-MariaDB"), /`u` uuid NULL/);
  assert.match(made("5.7.44"), /COLLATE utf8mb4_bin$/);
});

Deno.test("a varchar that utf8mb4 has not room for becomes longtext, and types of MariaDB alone are none of MySQL's", () => {
  const typeOf = (type: string, version = "10.11.19-MariaDB") =>
    mysqlType(
      { name: "c", type: { kind: "uuid" }, native: { system: "mysql", type } },
      dialectOf({ isMariadb: /MariaDB/.test(version), version }),
    );
  assert.deepEqual(["varchar(60000)", "varchar(16383)", "inet6"].map((type) => typeOf(type)), [
    "longtext",
    "varchar(16383)",
    "inet6",
  ]);
  assert.equal(typeOf("inet6", "8.4.3"), "char(36) CHARACTER SET ascii COLLATE ascii_bin");
});

Deno.test("what MySQL 8 prints of a table that dteg made is no more than a new one would have", () => {
  const printed = "CREATE TABLE `t` (\n  `k` varchar(384) COLLATE utf8mb4_0900_bin NOT NULL,\n" +
    "  `j` longtext COLLATE utf8mb4_0900_bin COMMENT 'x DEFAULT 1 CHECK (y)',\n  PRIMARY KEY (`k`),\n" +
    "  CONSTRAINT `t_chk_1` CHECK (json_valid(`j`))\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin";
  assert.equal(hasMoreInText(printed), false);
  assert.equal(hasMoreInText(printed.replace("json_valid(`j`)", "(`k` > 'a')")), true);
  assert.equal(hasMoreInText(printed.replace("NOT NULL,", "NOT NULL DEFAULT 'a',")), true);
  const bare = {
    kind: "table",
    engine: "InnoDB",
    hasTransactions: true,
    comment: "",
    hasDependents: false,
    indexes: [],
  } as const;
  const column = {
    name: "k",
    native: "int",
    charset: null,
    collation: null,
    comment: "",
    isNullable: true,
    isComputed: false,
    isCounted: false,
    hasDefault: false,
  };
  const dress = { primaryKey: [], indexes: [], columns: [] };
  assert.equal(hasMoreThan({ ...bare, columns: [column] }, dress), false);
  assert.equal(hasMoreThan({ ...bare, columns: [{ ...column, isNullable: false }] }, dress), true);
});
