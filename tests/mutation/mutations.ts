import type { Spoiling } from "./spoiled_tree.ts";

/** A fault put into the source on purpose, and the test that must see it. */
export interface Mutation extends Spoiling {
  readonly name: string;
  readonly testFile: string;
  readonly test: string;
}

const CSV = "tests/engine/csv/csv_rules_test.ts";
const TRIP = "tests/engine/round_trip_test.ts";

/** Each is a way to load wrong data without a word. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: "a row is dropped",
    file: "plugins/duckdb/write/table_writer.ts",
    find: "AS ${nativeQuery({ ...batch, query })}`",
    replace: "AS FROM (${nativeQuery({ ...batch, query })}) OFFSET 1`",
    testFile: CSV,
    test: "csv: quotes, delimiters and line breaks in quotes are text",
  },
  {
    name: "two columns are swapped",
    file: "runtime/engine/plan/shape.ts",
    find: "ref: refs.columns[at]",
    replace: "ref: refs.columns[(at + 1) % refs.columns.length]",
    testFile: CSV,
    test: "csv: names that differ only in case keep their own values",
  },
  {
    name: "a declared decimal is rounded",
    file: "runtime/engine/text/decimal_rule.ts",
    find: "test: `${test} AND ${value} IS NOT NULL`",
    replace: "test: `${value} IS NOT NULL`",
    testFile: "tests/engine/text/value_rule_test.ts",
    test: "a text declared as decimal(18,4) is its exact value, or refused",
  },
  {
    name: "a long decimal becomes a double",
    file: "runtime/engine/text/guess_rule.ts",
    find: "'0')) <= 15`",
    replace: "'0')) <= 150`",
    testFile: CSV,
    test: "csv: exponents with too many digits stay text",
  },
  {
    name: "empty text becomes NULL",
    file: "runtime/engine/csv/csv_call.ts",
    find: 'allow_quoted_nulls: "false"',
    replace: 'allow_quoted_nulls: "true"',
    testFile: CSV,
    test: "csv: an empty field is NULL, an empty text is not",
  },
  {
    name: "an instant is shifted",
    file: "runtime/engine/move/text_form.ts",
    find: "THEN strftime(make_timestamp(epoch_us(${ref})),",
    replace: "THEN strftime(make_timestamp(epoch_us(${ref}) + 32400000000),",
    testFile: TRIP,
    test: "every type goes through t.csv and comes back exactly",
  },
  {
    name: "times are read in a zone of their own",
    file: "runtime/engine/move/session.ts",
    find: "SET TimeZone = 'UTC'",
    replace: "SET TimeZone = 'Asia/Seoul'",
    testFile: "tests/engine/text/value_rule_test.ts",
    test: "a text declared as timestamptz is its exact value, or refused",
  },
  {
    name: "numbers that a double changes are not marked",
    file: "runtime/engine/json/mark_files.ts",
    find: "if (!isRisky && !spelling) return undefined;",
    replace: "return undefined;",
    testFile: "tests/engine/json/json_rules_test.ts",
    test: "ndjson: decimals keep all their digits",
  },
  {
    name: "a damaged gzip file ends where the damage is",
    file: "plugins/file/read/prepare.ts",
    find: "yield* input.pipe(decoder);\n  } catch (cause) {",
    replace: "yield* input.pipe(decoder);\n  } catch (cause) {\n    return;",
    testFile: "tests/engine/at_rest_test.ts",
    test: "gz: whole, joined and cut files are told apart",
  },
  {
    name: "a file that changed is taken as it is",
    file: "plugins/file/read/fingerprint.ts",
    find: "if (fingerprint(path, name).mark === mark) return;",
    replace: "return;",
    testFile: "tests/engine/at_rest_test.ts",
    test: "a file that changes while it is read is refused, and what was there stays",
  },
  {
    name: "types of several Parquet files are widened with loss",
    file: "runtime/engine/files/common_type.ts",
    find: "if (!left || !right) return undefined;",
    replace: 'if (!left || !right) return { kind: "text" };',
    testFile: "tests/engine/files/parquet_rules_test.ts",
    test: "parquet: types of several files that no type holds are refused, unless one is declared",
  },
];
