import { existsSync } from "node:fs";
import { readBack } from "../engine/load.ts";
import { contest } from "./contest.ts";

/** Names of files that only a run under way has. */
const passing = (folder: string) =>
  existsSync(folder)
    ? [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => /_dteg_(?!manifest)|\.lease\./.test(name))
    : [];

const cases = {
  "a file": { to: "out/t.csv", into: [], place: "out", lease: "out/.t.csv.dteg.lease.json" },
  "a folder": { to: "parquet://out/", into: ["--into", "t"], place: "out/t", lease: "out/t/._dteg_lease.json" },
};

for (const [kind, { to, into, place, lease }] of Object.entries(cases)) {
  Deno.test(`${kind}: one writer`, (t) =>
    contest(t, (folder) => {
      const path = `${folder}/${lease}`;
      return Promise.resolve({
        to: ["--to", to, ...into],
        isHeld: () => Promise.resolve(existsSync(path)),
        isMoving: () => Promise.resolve(passing(`${folder}/${place}`).some((name) => /_dteg_[0-9a-f]{8}_/.test(name))),
        runOut: () => Deno.utime(path, 1e9, 1e9),
        async rows() {
          const from = kind === "a file" ? `read_csv('${folder}/out/t.csv')` : `'${folder}/out/t/part-*.parquet'`;
          const { rows } = await readBack(`(SELECT concat(id, ',', v) FROM ${from})`);
          return rows.map(([row]) => row).sort().join("\n");
        },
        debris: () => Promise.resolve(passing(`${folder}/${place}`).join()),
      });
    }));
}
