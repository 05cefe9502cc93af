// `./task ok`: the one gate before a commit. Runs every step, and names those that failed.
import { existsSync } from "node:fs";

const root = new URL("../", import.meta.url).pathname;

interface Step {
  readonly name: string;
  readonly args: readonly string[];
  readonly mend: string;
}

/** What `./task test` runs besides: all that builds, starts a server, runs commands by the dozen or reads a hundred files. */
const SLOW = [
  "tests/bench",
  "tests/chaos",
  "tests/contract/values_test.ts",
  "tests/demo",
  "tests/drift",
  "tests/e2e",
  "tests/harness",
  "tests/history/churn_test.ts",
  "tests/lease",
  "tests/mutation",
  "tests/mysql",
  "tests/postgres",
  "tests/secrets",
  "tests/cursor/churn_test.ts",
  "tests/cursor/delete_churn_test.ts",
  "tests/cursor/delete_picture_test.ts",
  "tests/cursor/ends_churn_test.ts",
  "tests/cursor/postgres_test.ts",
  "tests/commands/rejects/killed_test.ts",
  "tests/commands/state/servers_test.ts",
  "tests/commands/project/init_mysql_test.ts",
  "tests/commands/project/init_postgres_test.ts",
  "tests/verify/servers_test.ts",
  "tests/engine/at_rest_test.ts",
  "tests/engine/csv/csv_parts_test.ts",
  "tests/engine/round_trip_test.ts",
  "tests/engine/traces/servers_test.ts",
  "tests/engine/tunnels_test.ts",
  "tests/engine/traces",
  "tests/engine/pipe/byte_pipe_test.ts",
  "tests/verify/planted_test.ts",
  "tests/net/flow_test.ts",
  "tests/net/keep_alive_test.ts",
  "tests/commands/state/state_test.ts",
  "tests/cursor/deletes_test.ts",
  "tests/commands/rejects/rejects_test.ts",
  "tests/engine/mask/mask_test.ts",
  "tests/net/ssh_tunnel_test.ts",
  "tests/docs/blocks_test.ts",
  "tests/docs/examples_test.ts",
];

const STEPS: readonly Step[] = [
  { name: "format", args: ["fmt", "--check"], mend: "./task fmt" },
  { name: "lint", args: ["lint", "--quiet"], mend: "mend what is named above" },
  { name: "types", args: ["check", "--quiet", "."], mend: "mend what is named above" },
  { name: "docs", args: ["run", "-A", "docs/generate.ts", "--check"], mend: "deno run -A docs/generate.ts" },
  {
    name: "fast tests",
    args: [
      "test",
      "-A",
      "--quiet",
      "--no-check",
      "--parallel",
      "--reporter=dot",
      `--ignore=${SLOW.join(",")}`,
      "tests",
    ],
    mend: "mend what is named above",
  },
];

async function main(): Promise<number> {
  const red: Step[] = [];
  for (const step of STEPS) {
    if (step.args[0] === "run" && !existsSync(`${root}${step.args[2]}`)) continue;
    const begin = performance.now();
    const { success } = await new Deno.Command(Deno.execPath(), { args: [...step.args], cwd: root }).spawn().status;
    console.log(`${success ? "ok  " : "RED "} ${step.name} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
    if (!success) red.push(step);
  }
  for (const { name, mend } of red) console.log(`${name} is red: ${mend}`);
  return red.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
