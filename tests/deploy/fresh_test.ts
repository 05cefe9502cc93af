import assert from "node:assert/strict";
import { isFresh } from "../../deploy/binary/fresh.ts";

Deno.test("a binary is fresh while no source is younger", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/sdk/deep`, { recursive: true });
    for (const path of ["main.ts", "sdk/deep/a.ts", "dteg", "other.ts"]) {
      await Deno.writeTextFile(`${root}/${path}`, "");
    }
    for (const path of ["main.ts", "sdk/deep/a.ts", "sdk/deep", "sdk"]) await Deno.utime(`${root}/${path}`, 1000, 1000);
    await Deno.utime(`${root}/dteg`, 2000, 2000);
    assert.equal(isFresh(`${root}/none`, root), false);
    assert.equal(isFresh(`${root}/dteg`, root), true);
    await Deno.utime(`${root}/sdk/deep/a.ts`, 3000, 3000);
    assert.equal(isFresh(`${root}/dteg`, root), false);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
