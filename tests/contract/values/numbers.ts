import { type Line, nasty, refused } from "../nasty.ts";

/** What MariaDB has no float for. */
const NOT_MYSQL = { to: { ">mysql": refused("data.value") } } as const;

const LINES: readonly Line[] = [
  ["bool", "true", "a truth value"],
  ["bool", "false", "false is not NULL"],
  ["int16", "-32768", "the smallest of 16 bits"],
  ["int32", "2147483647", "the largest of 32 bits"],
  ["int64", "9007199254740993", "beyond 2^53, where doubles skip odd numbers"],
  ["int64", "9223372036854775807", "the largest of 64 bits"],
  ["int64", "-9223372036854775808", "the smallest of 64 bits"],
  ["int8", "-128", "the smallest of 8 bits"],
  ["uint8", "255", "the largest unsigned of 8 bits"],
  ["uint16", "65535", "the largest unsigned of 16 bits"],
  ["uint32", "4294967295", "the largest unsigned of 32 bits"],
  ["uint64", "18446744073709551615", "the largest unsigned of 64 bits, which careless readers take for -1"],
  ["uint64", "9223372036854775808", "the first whole number that is not signed"],
  ["decimal(18,2)", "-9999999999999999.99", "all digits of a sum of money"],
  ["decimal(38,10)", "1234567890123456789012345678.0123456789", "38 digits"],
  ["decimal(38,38)", "0.00000000000000000000000000000000000001", "no digit before the point", {
    // a reader of JSON gives it as 1e-38, for which DuckDB wants a digit more
    to: { "ndjson>": refused("data.value"), "json>": refused("data.value") },
  }],
  ["decimal(38,0)", "-99999999999999999999999999999999999999", "38 digits before the point"],
  ["decimal(10,2)", "1.50", "a zero at the end"],
  ["numeric", "123456789012345678901234567890.12345678901234567890", "more digits than any fixed decimal"],
  ["numeric", "0.000000000000000000000000000000000000000000000000001", "a very small numeric"],
  ["numeric", "NaN", "a numeric that is no number"],
  ["numeric", "Infinity", "a numeric without end"],
  ["numeric", "1.500", "its own zeros at the end"],
  ["float32", "0.1", "another 0.1 than a double's"],
  ["float32", "3.4028235e38", "the largest float", { from: { mysql: null } }],
  ["float32", "1e-45", "the smallest denormal float"],
  ["float32", "16777216", "where floats begin to skip odd numbers"],
  ["float32", "NaN", "a float that is no number", NOT_MYSQL],
  ["float64", "0.1", "no binary fraction"],
  ["float64", "0.30000000000000004", "17 digits"],
  ["float64", "-0", "minus zero", NOT_MYSQL],
  ["float64", "5e-324", "the smallest denormal"],
  ["float64", "1.7976931348623157e308", "the largest double"],
  ["float64", "123456789012345680", "a large whole double"],
  ["float64", "NaN", "no number", NOT_MYSQL],
  ["float64", "Infinity", "without end", NOT_MYSQL],
  ["float64", "-Infinity", "without end, below", NOT_MYSQL],
];

/** Numbers. */
export const NUMBERS = nasty("num", LINES);
