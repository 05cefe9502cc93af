import assert from "node:assert/strict";
import { commonType } from "../../../runtime/engine/files/common_type.ts";
import { type DataType, typeText } from "../../../sdk/mod.ts";

const decimal = (precision: number, scale = 0): DataType => ({ kind: "decimal", precision, scale });
const plain = (
  kind: "int8" | "int32" | "int64" | "uint8" | "uint32" | "uint64" | "float32" | "float64" | "text" | "date" | "bool",
) => ({ kind });
const stamp = (precision: number): DataType => ({ kind: "timestamp", precision });

Deno.test("two types meet only in one that holds every value of both", () => {
  const pairs: readonly (readonly [DataType, DataType, string | undefined])[] = [
    [plain("int8"), plain("int32"), "int32"],
    [plain("uint8"), plain("int8"), "int16"],
    [plain("uint32"), plain("int32"), "int64"],
    [plain("uint64"), plain("int64"), "decimal(38,0)"],
    [plain("uint8"), plain("uint64"), "uint64"],
    [plain("int64"), decimal(18, 2), "decimal(21,2)"],
    [decimal(38, 1), decimal(38, 13), "decimal"],
    [decimal(10, 2), decimal(4, 4), "decimal(12,4)"],
    [plain("float32"), plain("float64"), "float64"],
    [plain("int64"), plain("float64"), undefined],
    [decimal(4, 1), plain("float64"), undefined],
    [plain("int64"), plain("text"), undefined],
    [plain("bool"), plain("int8"), undefined],
    [stamp(3), stamp(6), "timestamp"],
    [stamp(6), stamp(9), undefined],
    [stamp(6), { kind: "timestamptz", precision: 6 }, undefined],
    [plain("date"), stamp(6), undefined],
  ];
  const name = (type: DataType | undefined) => type && typeText(type);
  for (const [a, b, wanted] of pairs) {
    assert.deepEqual(
      [name(commonType(a, b)), name(commonType(b, a))],
      [wanted, wanted],
      `${typeText(a)}, ${typeText(b)}`,
    );
  }
});
