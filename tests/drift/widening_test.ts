import assert from "node:assert/strict";
import { isWidening } from "../../runtime/engine/drift/widening.ts";
import type { DataType } from "../../sdk/mod.ts";

const INTEGERS = {
  int8: [-(2n ** 7n), 2n ** 7n - 1n],
  int16: [-(2n ** 15n), 2n ** 15n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint8: [0n, 2n ** 8n - 1n],
  uint16: [0n, 2n ** 16n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
} as const;
type Integer = keyof typeof INTEGERS;
const kinds = Object.keys(INTEGERS) as Integer[];
const decimal = (precision: number, scale: number): DataType => ({ kind: "decimal", precision, scale });

Deno.test("an integer is widened to one that holds each of its values, and more", () => {
  for (const from of kinds) {
    for (const to of kinds) {
      const [[least, most], [lower, upper]] = [INTEGERS[from], INTEGERS[to]];
      const holds = from !== to && lower <= least && most <= upper;
      assert.equal(isWidening({ kind: from }, { kind: to }), holds, `${from} to ${to}`);
    }
    const [least, most] = INTEGERS[from];
    const digits = Math.max(String(most).length, String(-least).length);
    assert.equal(isWidening({ kind: from }, decimal(digits, 0)), true, `${from} to decimal(${digits},0)`);
    assert.equal(isWidening({ kind: from }, decimal(digits, 1)), false, `${from} to decimal(${digits},1)`);
    for (const [to, exact] of [["float32", 2n ** 24n], ["float64", 2n ** 53n]] as const) {
      assert.equal(isWidening({ kind: from }, { kind: to }), most <= exact, `${from} to ${to}`);
    }
  }
});

Deno.test("decimals, floats and moments are widened only where no value is lost; text widens nothing", () => {
  const moment = (precision: number): DataType => ({ kind: "timestamp", precision });
  const cases: readonly (readonly [from: DataType, to: DataType, isWider: boolean])[] = [
    [decimal(9, 2), decimal(10, 2), true],
    [decimal(9, 2), decimal(10, 3), true],
    [decimal(9, 2), decimal(9, 3), false],
    [decimal(9, 2), decimal(9, 2), false],
    [decimal(9, 2), { kind: "decimal" }, true],
    [{ kind: "float32" }, { kind: "float64" }, true],
    [{ kind: "float64" }, { kind: "float32" }, false],
    [moment(3), moment(6), true],
    [moment(6), moment(3), false],
    [moment(7), moment(9), true],
    [moment(6), moment(9), false], // nanoseconds reach from 1677 to 2262 only
    [moment(6), { kind: "timestamptz", precision: 6 }, false],
    [{ kind: "date" }, moment(6), false],
    [{ kind: "int32" }, { kind: "text" }, false],
  ];
  for (const [from, to, isWider] of cases) {
    assert.equal(isWidening(from, to), isWider, `${JSON.stringify(from)} to ${JSON.stringify(to)}`);
  }
});
