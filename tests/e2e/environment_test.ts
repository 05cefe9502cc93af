import assert from "node:assert/strict";
import { binaryPath } from "./binary.ts";
import { asUser, type User } from "./user.ts";

const NOBODY = 65534;
const asRoot = Deno.uid() === 0;

/** A small disk in the user's folder; undefined where none can be made. */
async function smallDisk({ folder }: User, name: string): Promise<AsyncDisposable | undefined> {
  await Deno.mkdir(`${folder}/${name}`);
  const mount = new Deno.Command("mount", { args: ["-t", "tmpfs", "-o", "size=4m", "tmpfs", `${folder}/${name}`] });
  if (!asRoot || !(await mount.output()).success) return undefined;
  return {
    async [Symbol.asyncDispose]() {
      await new Deno.Command("umount", { args: ["-l", `${folder}/${name}`] }).output();
    },
  };
}

const manyRows = `id,v\n${
  Array.from({ length: 400_000 }, (_, id) => `${id},x${Math.random()}${Math.random()}\n`).join("")
}`;

Deno.test("a full disk is a clean error, and the target stays as it was", () =>
  asUser(async (user) => {
    await using disk = await smallDisk(user, "disk");
    if (!disk) return;
    user.write("old.csv", "id,v\n-1,old\n");
    user.write("big.csv", manyRows);
    for (const target of ["t.csv", "t.json", "t.duckdb"]) {
      await user.load(["--from", "old.csv", "--to", `disk/${target}`, "--into", "t"]);
      const run = ["run", "--from", "big.csv", "--to", `disk/${target}`, "--into", "t"];
      const { code, message } = await user.fails(run);
      assert.deepEqual([target, code], [target, "environment.disk_full"]);
      assert.ok(message.includes(`${user.folder}/disk`) && !message.includes("temporary"), message);
      assert.deepEqual(await user.rows("SELECT id FROM t", `disk/${target}`), ["-1"]);
      assert.deepEqual(user.debris(), []);
      for (const name of user.list("disk")) await Deno.remove(`${user.folder}/disk/${name}`);
    }
    const env = { TMPDIR: `${user.folder}/disk` };
    const { exit, code } = await user.fails(["run", "--from", "-", "--to", "x.csv"], { env, input: manyRows });
    assert.deepEqual([exit, code, user.list("disk")], [3, "environment.disk_full", []]);
  }));

Deno.test("standard output that takes no more is a clean error", () =>
  asUser(async (user) => {
    user.write("a.csv", "id\n1\n");
    const script = '"$0" run --from a.csv --to - > /dev/full';
    const command = new Deno.Command("sh", { args: ["-c", script, binaryPath()], cwd: user.folder });
    const { code, stderr } = await command.output();
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), /cannot write to standard output: No space.*environment.disk_full/s);
  }));

Deno.test("a reader that wants no more of standard output is told of, and is no failure", () =>
  asUser(async (user) => {
    user.write("a.csv", manyRows);
    const script = '{ "$0" run --from a.csv --to - 2>err; echo "exit $?" >>err; } | head -n 1';
    const { stdout } = await new Deno.Command("sh", { args: ["-c", script, binaryPath()], cwd: user.folder }).output();
    assert.equal(new TextDecoder().decode(stdout), "id,v\n");
    assert.match(user.read("err"), /who reads standard output closed it after \d+ bytes: only a part.*exit 0\n$/s);
  }));

Deno.test("a full disk for the record of runs is a warning, and the load goes on", () =>
  asUser(async (user) => {
    await using disk = await smallDisk(user, "home");
    if (!disk) return;
    const zeros = new Uint8Array(8 << 20);
    await Deno.writeFile(`${user.folder}/home/fill`, zeros).catch(() => {});
    user.write("a.csv", "id\n1\n");
    const run = ["run", "--from", "a.csv", "--to", "b.csv"];
    const { code, stderr } = await user.dteg(run, { env: { HOME: `${user.folder}/home` } });
    assert.equal(code, 0);
    assert.match(stderr, /not recorded/);
  }));

Deno.test(
  "what an ordinary user may not read or write is named, exit 3, and nothing is left",
  { ignore: !asRoot },
  () =>
    asUser(async (user) => {
      const { folder } = user;
      user.write("a.csv", "id\n1\n");
      user.write("secret.csv", "id\n1\n");
      user.write("closed/a.csv", "id\n1\n");
      await user.load(["a.csv"]);
      await Deno.chmod(`${folder}/secret.csv`, 0o600);
      await Deno.chmod(`${folder}/closed`, 0o700);
      await Deno.mkdir(`${folder}/open`);
      await Deno.chmod(`${folder}/open`, 0o777);
      await Deno.chmod(`${folder}/../tmp`, 0o1777);
      const env = { HOME: "/nowhere", DTEG_CACHE_DIR: "" };
      const before = user.list();
      const cases: readonly (readonly [args: string, named: string])[] = [
        ["--from secret.csv --to csv://open/", "secret.csv"],
        ["--from closed/a.csv --to csv://open/", "closed"],
        ["--from closed/ --to csv://open/", "closed"],
        ["--from closed/*.csv --to csv://open/", "closed"],
        ["--from a.csv --to x.csv", "x.csv"],
        ["--from a.csv --to csv://sub/x.csv", "sub/x.csv"],
        ["--from a.csv --to csv://closed/", "closed"],
        ["--from a.csv --to new.duckdb", "new.duckdb"],
        ["--from a.csv --to sub/new.duckdb", "sub/new.duckdb"],
        ["a.csv", "dteg.duckdb"],
      ];
      for (const [args, named] of cases) {
        const { code, exit, message } = await user.fails(["run", ...args.split(" ")], { uid: NOBODY, env });
        assert.deepEqual([args, code, exit], [args, "file.permission", 3]);
        assert.ok(message.includes(named), message);
      }
      assert.deepEqual([user.list(), user.debris()], [before, []]);
      const { code, stdout } = await user.dteg(["run", "--from", "a.csv", "--to", "-"], { uid: NOBODY, env });
      assert.deepEqual([code, stdout], [0, "id\n1\n"]);
    }),
);

Deno.test("without a place for temporary files the error says which variable to set", () =>
  asUser(async (user) => {
    user.write("a.csv", "id\n1\n");
    const run = ["run", "--from", "a.csv", "--to", "x.csv"];
    const { code, stderr } = await user.dteg(run, { env: { TMPDIR: "/nowhere" } });
    assert.equal(code, 3);
    assert.match(stderr, /cannot make the folder "\/nowhere\/dteg-run-.*hint: set TMPDIR/s);
  }));
