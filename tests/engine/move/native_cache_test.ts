import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { zstdCompressSync } from "node:zlib";
import { cacheError, unpackedFolder } from "../../../runtime/engine/move/native_cache.ts";
import type { PackedLibraries } from "../../../runtime/engine/move/packed_library.ts";
import { DtegError } from "../../../sdk/mod.ts";

interface Place {
  readonly libraries: PackedLibraries;
  readonly cache: string;
  readonly beside: string;
}

const CONTENT = new TextEncoder().encode("library ".repeat(300_000)); // 2.4 MB: more than one chunk

async function withLibrary(test: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const packed = zstdCompressSync(CONTENT);
    await Deno.writeFile(`${folder}/lib.so.zst`, packed);
    await Deno.mkdir(`${folder}/cache`, { mode: 0o700 });
    const sha256 = createHash("sha256").update(CONTENT).digest("hex");
    const file = { name: "lib.so", sha256, size: CONTENT.length, packed: packed.length, offset: null };
    await test({ libraries: { hash: sha256, files: [file] }, cache: `${folder}/cache`, beside: folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

Deno.test("libraries are unpacked into a closed folder named by their content", () =>
  withLibrary(async ({ libraries, ...place }) => {
    const folder = await unpackedFolder(libraries, place);
    assert.equal(folder, `${place.cache}/native-${libraries.hash.slice(0, 16)}`);
    assert.deepEqual(Deno.readFileSync(`${folder}/lib.so`), CONTENT);
    assert.equal(Deno.lstatSync(folder).mode! & 0o777, 0o700);
    assert.deepEqual(names(place.cache), [folder.split("/").at(-1)]);
  }));

Deno.test("what is unpacked already is used as it is", () =>
  withLibrary(async ({ libraries, ...place }) => {
    const folder = await unpackedFolder(libraries, place);
    await Deno.remove(`${place.beside}/lib.so.zst`);
    assert.equal(await unpackedFolder(libraries, place), folder);
  }));

Deno.test("several first uses at once end with one right folder and no rest", () =>
  withLibrary(async ({ libraries, ...place }) => {
    const folders = await Promise.all(Array.from({ length: 8 }, () => unpackedFolder(libraries, place)));
    assert.equal(new Set(folders).size, 1);
    assert.deepEqual(Deno.readFileSync(`${folders[0]}/lib.so`), CONTENT);
    assert.equal(names(place.cache).length, 1);
  }));

Deno.test("a library of the wrong size is unpacked again", () =>
  withLibrary(async ({ libraries, ...place }) => {
    const folder = await unpackedFolder(libraries, place);
    await Deno.writeTextFile(`${folder}/lib.so`, "cut off");
    await unpackedFolder(libraries, place);
    assert.deepEqual(Deno.readFileSync(`${folder}/lib.so`), CONTENT);
  }));

Deno.test("a planted folder that others may write to is refused by name", () =>
  withLibrary(async ({ libraries, ...place }) => {
    const folder = `${place.cache}/native-${libraries.hash.slice(0, 16)}`;
    await Deno.mkdir(folder);
    await Deno.chmod(folder, 0o777);
    await assert.rejects(
      unpackedFolder(libraries, place),
      (error) =>
        error instanceof DtegError && error.code === "environment.cache" && error.message.includes(place.cache) &&
        /others may write to it/.test(error.message) && /DTEG_CACHE_DIR/.test(error.hint!),
    );
  }));

Deno.test("a damaged library is refused and leaves nothing", () =>
  withLibrary(async ({ libraries, ...place }) => {
    const packed = await Deno.readFile(`${place.beside}/lib.so.zst`);
    await Deno.writeFile(`${place.beside}/lib.so.zst`, packed.fill(7, 20, 60));
    await assert.rejects(unpackedFolder(libraries, place), /cannot unpack "lib.so"/);
    assert.deepEqual(names(place.cache), []);
  }));

Deno.test("another content than the list names is refused", () =>
  withLibrary(async ({ libraries, ...place }) => {
    const other = { ...libraries, files: libraries.files.map((file) => ({ ...file, sha256: "0".repeat(64) })) };
    await assert.rejects(unpackedFolder(other, place), /has sha256 [0-9a-f]{64}, wanted 0{64}/);
    assert.deepEqual(names(place.cache), []);
  }));

Deno.test("what a killed first use left is removed after an hour", () =>
  withLibrary(async ({ libraries, ...place }) => {
    for (const name of [".unpack-old", ".unpack-new"]) await Deno.mkdir(`${place.cache}/${name}`);
    await Deno.utime(`${place.cache}/.unpack-old`, 0, Date.now() / 1000 - 4000);
    await unpackedFolder(libraries, place);
    assert.deepEqual(names(place.cache).filter((name) => name.startsWith(".unpack")), [".unpack-new"]);
  }));

Deno.test("the error of a cache folder says full disk and noexec in words", () => {
  const why = (text: string) => cacheError("/c", new Error(text)).message.split(": ").at(-1);
  assert.equal(why("No space left on device (os error 28): write"), "the disk is full");
  assert.equal(
    why("/c/x.so: failed to map segment from shared object"),
    "it does not allow execution (mounted noexec)",
  );
  assert.equal(why("odd"), "odd");
});
