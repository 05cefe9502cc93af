import assert from "node:assert/strict";
import { dirname } from "node:path";
import { binaryPath } from "./binary.ts";

/** Gives a test a root folder with the binary and the libraries that it names: no shell, no zones, no locales, no users, no /etc. */
async function inRoot(test: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "dteg-root-" });
  try {
    for (const folder of ["tmp", "proc", "work"]) await Deno.mkdir(`${root}/${folder}`);
    await Deno.copyFile(binaryPath(), `${root}/dteg`);
    await Deno.writeTextFile(`${root}/work/orders.csv`, "id,at\n1,2024-05-01T09:00:00+09:00\n2,2024-05-02T00:00:00Z\n");
    for (const path of await libraries()) {
      await Deno.mkdir(dirname(root + path), { recursive: true });
      await Deno.copyFile(path, root + path);
    }
    await test(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** The libraries that the binary names, and that of C++, which DuckDB names. */
async function libraries(): Promise<readonly string[]> {
  const { stdout } = await new Deno.Command("ldd", { args: [binaryPath()] }).output();
  const named = [...new TextDecoder().decode(stdout).matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path);
  const libc = named.find((path) => path.includes("/libc.so"))!;
  return [...named, `${dirname(libc)}/libstdc++.so.6`];
}

/** Runs a command in the root, with /proc of a process space of its own. */
async function inside(root: string, args: readonly string[]) {
  const script = 'mount -t proc proc "$0/proc" && exec chroot "$0" /dteg "$@"';
  const unshare = ["--mount", "--pid", "--fork", "sh", "-c", script, root, ...args];
  const child = new Deno.Command("unshare", {
    args: unshare,
    clearEnv: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  });
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

async function canUnshare(): Promise<boolean> {
  if (Deno.uid() !== 0) return false;
  const args = ["--mount", "--pid", "--fork", "sh", "-c", "mount -t proc proc /proc"];
  return (await new Deno.Command("unshare", { args, stdout: "null", stderr: "null" }).output()).success;
}

Deno.test({
  name: "the binary runs in a root with nothing but its libraries: version, doctor, CSV to Parquet",
  ignore: !await canUnshare(),
  fn: () =>
    inRoot(async (root) => {
      const version = await inside(root, ["version"]);
      assert.match(`${version.out}${version.err}`, /^dteg \d/);
      const doctor = await inside(root, ["doctor", "--json"]);
      const { result: { findings } } = JSON.parse(doctor.out);
      const bad = findings.filter(({ verdict }: { verdict: string }) => verdict === "bad");
      assert.deepEqual([doctor.code, bad], [0, []]);
      const run = await inside(root, ["run", "--from", "/work/orders.csv", "--to", "/work/orders.parquet"]);
      assert.equal(run.code, 0, run.err);
      const asked = [
        "query",
        "FROM orders ORDER BY id",
        "--on",
        "/work/orders.parquet",
        "--format",
        "csv",
      ];
      assert.deepEqual(
        await inside(root, asked),
        { code: 0, out: "id,at\n1,2024-05-01T00:00:00.000000Z\n2,2024-05-02T00:00:00.000000Z\n", err: "" },
      );
    }),
});
