import { deepEqual, throws } from "node:assert/strict";
import { parseTree } from "../../../runtime/config/read.ts";
import { applySet, parseSet } from "../../../runtime/config/tree/set.ts";

const TEXT = "streams:\n  - name: a\n  - b\n";
const set = (...flags: string[]) => flags.map(parseSet).reduce(applySet, parseTree(TEXT, "f.yaml")).root;

Deno.test("--set reaches into lists with [0] or .0, and makes what is missing", () => {
  deepEqual(set("streams[0].into=raw.x", "streams.1=c", "streams[2].name=d", "settings.threads=2", 'vars."a.b"=c=d'), {
    streams: [{ name: "a", into: "raw.x" }, "c", { name: "d" }],
    settings: { threads: "2" },
    vars: { "a.b": "c=d" },
  });
});

Deno.test("--set takes JSON, and any other text as it is", () => {
  deepEqual(set('a=[1, {"b": null}]', 'c="007"', "d=007", "e={not json", "f=null", "g="), {
    streams: [{ name: "a" }, "b"],
    a: [1, { b: null }],
    c: "007",
    d: "007",
    e: "{not json",
    f: null,
    g: "",
  });
});

Deno.test("--set that has no place names itself", () => {
  const refused = (flag: string, message: RegExp) => throws(() => set(flag), { code: "flag.invalid", message });
  refused("streams[7].into=x", /--set streams\[7\].into=x: there is no item 7 in a list of 2/);
  refused("streams[1].into=x", /"into" would stand inside "b"/);
  refused("nonsense", /not of the form/);
  refused("=x", /names no key/);
  refused("a..b=x", /not of the form/);
});
