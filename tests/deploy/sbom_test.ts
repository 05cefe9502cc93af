import assert from "node:assert/strict";
import { parse } from "yaml";
import { type Lock, makeSbom } from "../../deploy/release/sbom.ts";

const ROOT = new URL("../../", import.meta.url);
const lock: Lock = JSON.parse(await Deno.readTextFile(new URL("deno.lock", ROOT)));
const at = "2024-05-01T00:00:00.000Z";
const names = (arch: "x64" | "arm64") =>
  makeSbom(lock, { version: "1.2.3", arch, at }).components.map(({ name }) => name);

Deno.test("the bill of materials is CycloneDX and names the release", () => {
  const { bomFormat, specVersion, metadata } = makeSbom(lock, { version: "1.2.3", arch: "x64", at });
  assert.deepEqual([bomFormat, specVersion, metadata], ["CycloneDX", "1.6", {
    timestamp: at,
    component: {
      type: "application",
      "bom-ref": "pkg:generic/dteg@1.2.3",
      name: "dteg",
      version: "1.2.3",
      purl: "pkg:generic/dteg@1.2.3?arch=x64&os=linux",
    },
  }]);
});

Deno.test("the bill holds what the binary of that machine carries, and no tool of the build", () => {
  for (const [arch, other] of [["x64", "arm64"], ["arm64", "x64"]] as const) {
    const found = names(arch);
    assert.ok(found.includes("pg") && found.includes("yaml") && found.includes(`@duckdb/node-bindings-linux-${arch}`));
    const strange = new RegExp(`linux-${other}|darwin|win32|^@types/|^esbuild|^typescript$|fast-check`);
    assert.deepEqual(found.filter((name) => strange.test(name)), []);
  }
});

Deno.test("every package has its version, its sum of the lock file, and only packages of the bill beneath it", () => {
  const { components, dependencies } = makeSbom(lock, { version: "1.2.3", arch: "x64", at });
  const refs = new Set(components.map((one) => one["bom-ref"]));
  for (const { version, purl, hashes: [{ content }] } of components) {
    assert.match(version, /^\d+\.\d+\.\d+/);
    assert.match(purl, /^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@\d/);
    assert.match(content, /^[0-9a-f]{128}$/);
  }
  assert.deepEqual(dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref)), []);
});

Deno.test("a lock file that lacks a package is refused", () => {
  const broken: Lock = { npm: {}, workspace: { dependencies: ["npm:pg@8.23.1"] } };
  assert.throws(
    () => makeSbom(broken, { version: "1.2.3", arch: "x64", at }),
    /deno\.lock has no package "pg@8\.23\.1"/,
  );
});

Deno.test("the release builds for both machines with tasks that exist", async () => {
  const workflow = parse(await Deno.readTextFile(new URL(".github/workflows/release.yml", ROOT)));
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const { binary, publish } = workflow.jobs;
  assert.deepEqual(binary.strategy.matrix.include.map(({ arch }: { arch: string }) => arch), ["x64", "arm64"]);
  const steps: readonly { readonly run?: string }[] = [...binary.steps, ...publish.steps];
  const used = steps.flatMap(({ run = "" }) => [...run.matchAll(/\.\/task (\w+)/g)].map(([, task]) => task));
  assert.deepEqual(used.filter((task) => !Object.hasOwn(tasks, task)), []);
  assert.ok(steps.some(({ run }) => run?.includes("sha256sum")));
});
