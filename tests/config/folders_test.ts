import assert from "node:assert/strict";
import { DtegError } from "../../sdk/mod.ts";
import { cacheFolder, stateFolder } from "../../runtime/config/folders.ts";

async function inTemp(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function mode(path: string): number {
  return Deno.lstatSync(path).mode! & 0o777;
}

Deno.test("DTEG_CACHE_DIR comes before XDG_CACHE_HOME, that before HOME, that before TMPDIR", () =>
  inTemp(async (t) => {
    const env = { DTEG_CACHE_DIR: `${t}/a`, XDG_CACHE_HOME: `${t}/b`, HOME: t, TMPDIR: t };
    assert.equal(await cacheFolder(env), `${t}/a`);
    assert.equal(await cacheFolder({ ...env, DTEG_CACHE_DIR: "" }), `${t}/b/dteg`);
    assert.equal(await cacheFolder({ HOME: t, TMPDIR: t }), `${t}/.cache/dteg`);
    assert.equal(await cacheFolder({ TMPDIR: t }), `${t}/dteg-${Deno.uid()}`);
    assert.equal(await cacheFolder({ XDG_CACHE_HOME: "relative", TMPDIR: t }), `${t}/dteg-${Deno.uid()}`);
  }));

Deno.test("state lies under XDG_STATE_HOME, else HOME, else TMPDIR", () =>
  inTemp(async (t) => {
    assert.equal(await stateFolder({ XDG_STATE_HOME: `${t}/s`, HOME: t, TMPDIR: t }), `${t}/s/dteg`);
    assert.equal(await stateFolder({ HOME: t, TMPDIR: t }), `${t}/.local/state/dteg`);
    assert.equal(await stateFolder({ TMPDIR: t }), `${t}/dteg-${Deno.uid()}/state`);
    assert.equal(mode(`${t}/dteg-${Deno.uid()}`), 0o700);
  }));

Deno.test("folders are made closed to others, and ours are closed when they are not", () =>
  inTemp(async (t) => {
    await Deno.mkdir(`${t}/.cache/dteg`, { recursive: true, mode: 0o755 });
    const made = await stateFolder({ HOME: t });
    const found = await cacheFolder({ HOME: t });
    assert.deepEqual([mode(made), mode(found)], [0o700, 0o700]);
  }));

Deno.test("a home that is not there, or cannot be used, is passed over", () =>
  inTemp(async (t) => {
    await Deno.writeTextFile(`${t}/.cache`, "a file in the way");
    assert.equal(await cacheFolder({ HOME: `${t}/none`, TMPDIR: t }), `${t}/dteg-${Deno.uid()}`);
    assert.equal(await cacheFolder({ HOME: t, TMPDIR: t }), `${t}/dteg-${Deno.uid()}`);
    await assert.rejects(Deno.lstat(`${t}/none`), Deno.errors.NotFound);
  }));

Deno.test("the rights of a folder that the user named are left alone", () =>
  inTemp(async (t) => {
    await Deno.mkdir(`${t}/own`, { mode: 0o755 });
    await Deno.chmod(`${t}/own`, 0o755);
    await cacheFolder({ DTEG_CACHE_DIR: `${t}/own` });
    assert.equal(mode(`${t}/own`), 0o755);
  }));

async function refusal(env: Record<string, string>): Promise<string> {
  const error = await cacheFolder(env).then(() => undefined, (thrown) => thrown);
  assert.ok(error instanceof DtegError);
  assert.deepEqual([error.code, error.failure], ["environment.cache", "environment"]);
  assert.match(error.hint!, /DTEG_CACHE_DIR/);
  return error.message;
}

Deno.test("a folder that others may write to is refused by name", () =>
  inTemp(async (t) => {
    await Deno.mkdir(`${t}/open`);
    await Deno.chmod(`${t}/open`, 0o777);
    assert.equal(
      await refusal({ DTEG_CACHE_DIR: `${t}/open` }),
      `cannot use a folder for unpacked libraries: "${t}/open": others may write to it (mode 0777, wanted 0700)`,
    );
  }));

Deno.test("a link in place of the folder is refused, also with a slash at its end", () =>
  inTemp(async (t) => {
    await Deno.mkdir(`${t}/real`, { mode: 0o700 });
    await Deno.symlink(`${t}/real`, `${t}/link`);
    assert.match(await refusal({ DTEG_CACHE_DIR: `${t}/link/` }), /link": it is a link/);
  }));

Deno.test("the folder of another user is refused", { ignore: Deno.uid() !== 0 }, () =>
  inTemp(async (t) => {
    await Deno.mkdir(`${t}/other`, { mode: 0o700 });
    await Deno.chown(`${t}/other`, 12345, 12345);
    assert.match(await refusal({ DTEG_CACHE_DIR: `${t}/other` }), /other": it belongs to user id 12345, wanted 0/);
  }));

Deno.test("where no place does, each is named with its reason", () =>
  inTemp(async (t) => {
    await Deno.writeTextFile(`${t}/file`, "");
    const message = await refusal({ XDG_CACHE_HOME: `${t}/file`, HOME: `${t}/none`, TMPDIR: `${t}/file` });
    for (const path of [`${t}/file/dteg`, `${t}/none/.cache/dteg`, `${t}/file/dteg-${Deno.uid()}`]) {
      assert.ok(message.includes(`"${path}": `), `${message} does not name ${path}`);
    }
  }));
