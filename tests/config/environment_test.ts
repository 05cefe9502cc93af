import { deepEqual, throws } from "node:assert/strict";
import { makeEnvironment } from "../../runtime/config/mod.ts";
import { parseEnvFile } from "../../runtime/config/resolve/env_file.ts";
import { inFolder } from "./fake_connectors.ts";

Deno.test("a file of variables has comments, export, quotes and values over lines", () => {
  const text = '# c\nKIT_F=a5\nexport OTHER=\'x y # z\'\nD="a\\nb\\"$X" # c\nE= bare value # c\nF=\nG=a#b\nH="1\n2"\n';
  deepEqual(parseEnvFile(text, "e"), {
    KIT_F: "a5",
    OTHER: "x y # z",
    D: 'a\nb"$X',
    E: "bare value",
    F: "",
    G: "a#b",
    H: "1\n2",
  });
});

Deno.test("a line that is none is told with its place", () => {
  throws(() => parseEnvFile("A=1\nnonsense\n", "k.env"), { code: "flag.invalid", path: "k.env", line: 2 });
  throws(() => parseEnvFile("A='1\n", "k.env"), { code: "flag.invalid", message: /' is not closed/, line: 1 });
});

Deno.test("the real environment wins over --env-file", async () => {
  await inFolder({ "k.env": "A=file\nB=file\n" }, (folder) => {
    deepEqual(makeEnvironment({ env: { A: "real" }, folder, envFile: "k.env" }).env, { A: "real", B: "file" });
    throws(() => makeEnvironment({ env: {}, folder, envFile: "no.env" }), {
      code: "file.not_found",
      message: /"no.env"/,
    });
    return Promise.resolve();
  });
});

Deno.test("--var is name=value", () => {
  deepEqual([...makeEnvironment({ env: {}, folder: "/", vars: ["a=1=2", "b="] }).vars], [["a", "1=2"], ["b", ""]]);
  throws(() => makeEnvironment({ env: {}, folder: "/", vars: ["a"] }), {
    code: "flag.invalid",
    message: /wanted name=value/,
  });
});
