import assert from "node:assert/strict";
import { inFolder, runScript } from "./dteg_command.ts";
import { ROOT } from "./markdown_pages.ts";

/** An example, run in a copy: what is asked afterwards and what must come. */
interface Run {
  readonly name: string;
  readonly runs: readonly string[];
  readonly ask: string;
  readonly rows: string;
}

const RUNS: readonly Run[] = [
  {
    name: "files_to_duckdb",
    runs: ["pipeline.yaml"],
    ask: "'FROM shop.stock ORDER BY units' --on shop.duckdb",
    rows: "sku,units,reserved,source_file\ntea,7,2,data/stock/seoul.csv\nrice,12,,data/stock/busan.csv\n" +
      "tea,40,,data/stock/busan.csv\nsalt,90,0,data/stock/seoul.csv\n",
  },
  {
    name: "files_to_duckdb",
    runs: ["pipeline.yaml"],
    ask: "'SELECT id, amount, note FROM shop.orders ORDER BY id' --on shop.duckdb",
    rows: "id,amount,note\n101,120.5,\n102,19.9,ring twice\n103,80.0,\n",
  },
  {
    name: "csv_to_parquet",
    runs: ["pipeline.yaml"],
    ask: "'FROM stations ORDER BY code' --on out/",
    rows: "code,name,opened,platforms\n0150,서울역,1974-08-15,4\n0222,강남,1982-12-23,2\n0423,충무로,1985-10-18,\n",
  },
  {
    name: "typed_ndjson",
    runs: ["pipeline.yaml"],
    ask: "'FROM events ORDER BY happened_at' --on events.parquet",
    rows: "id,happened_at,kind,value\n" +
      "0190a1c2-7b1e-7c3d-8e4f-000000000001,2024-05-01T00:15:00.000123Z,sale,12.500000\n" +
      "0190a1c2-7b1e-7c3d-8e4f-000000000003,2024-05-01T00:16:30.500000Z,refund,-12345678901234.567891\n",
  },
  {
    name: "merge_by_key",
    runs: ["pipeline.yaml", "pipeline.yaml --var day=2024-05-02", "pipeline.yaml --var day=2024-05-02"],
    ask: "'FROM prices ORDER BY sku' --on prices.duckdb",
    rows: "sku,price,stock\n0001,4.50,40\n0002,11.50,8\n0003,1.20,100\n0004,7.00,25\n",
  },
];

for (const { name, runs, ask, rows } of RUNS) {
  Deno.test(`the example ${name} loads what it says: ${ask}`, () =>
    inFolder(async (folder) => {
      const script = [
        "set -e",
        `cp -r '${ROOT}examples/${name}/data' '${ROOT}examples/${name}/pipeline.yaml' .`,
        ...runs.map((words) => `dteg run -q ${words}`),
        `dteg query ${ask} --format csv`,
      ];
      const { code, stdout, stderr } = await runScript(script.join("\n"), { folder });
      assert.deepEqual({ code, stdout }, { code: 0, stdout: rows }, stderr);
    }));
}

Deno.test("the example nightly runs its pipelines in order, and its view shows what was spent", () =>
  inFolder(async (folder) => {
    const script = `set -e
      cp -r '${ROOT}examples/nightly' nightly && cd nightly
      dteg run -q orders --with-upstream
      dteg run -q tag:nightly
      dteg query 'FROM spent ORDER BY name' --on shop.duckdb --format csv`;
    const { code, stdout, stderr } = await runScript(script, { folder });
    assert.deepEqual({ code, stdout }, { code: 0, stdout: "name,amount\nAda,24.75\n민지,9.00\n" }, stderr);
  }));
