import assert from "node:assert/strict";
import { frontOf } from "../../deploy/binary/denort.ts";

/** A 64-bit ELF header whose section table begins at `offset` and has `count` entries of 64 bytes. */
function elf(offset: number, count: number): Uint8Array {
  const bytes = new Uint8Array(offset + count * 64 + 100);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x7f454c46);
  view.setBigUint64(40, BigInt(offset), true);
  view.setUint16(58, 64, true);
  view.setUint16(60, count, true);
  return bytes;
}

Deno.test("the base of a compiled program ends with its section table", () => {
  assert.equal(frontOf(elf(1000, 3)).length, 1000 + 3 * 64);
});

Deno.test("a program that is no ELF file has no base", () => {
  assert.throws(() => frontOf(new Uint8Array(64)), /no ELF file/);
});
