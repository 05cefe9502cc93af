// `./task test`: everything from source, then the binary as a user runs it. The last line is `N passed, N failed, N skipped`.
import { existsSync } from "node:fs";
import { installPackages } from "./debian_packages.ts";
import { pythonWithClients } from "./python_packages.ts";
import { addCounts, closingLine, type Counts, judge } from "./junit.ts";

const root = new URL("../", import.meta.url).pathname;
const reports = `${root}.build/junit`;
const binary = `${root}dist/dteg`;

interface Suite {
  readonly name: string;
  readonly paths: readonly string[];
  readonly ignore?: readonly string[];
}

const SUITES: readonly Suite[] = [
  { name: "source", paths: ["tests"], ignore: ["tests/e2e", "tests/bench"] },
  { name: "binary", paths: ["tests/e2e"] },
];

async function deno(args: readonly string[], env: Record<string, string> = {}): Promise<number> {
  return (await new Deno.Command(Deno.execPath(), { args: [...args], cwd: root, env }).spawn().status).code;
}

async function runSuite({ name, paths, ignore = [] }: Suite, env: Record<string, string>): Promise<Counts> {
  const report = `${reports}/${name}.xml`;
  if (existsSync(report)) await Deno.remove(report);
  const left = ignore.length > 0 ? [`--ignore=${ignore.join(",")}`] : [];
  const exit = await deno(["test", "-A", `--junit-path=${report}`, ...left, ...paths], env);
  const counts = judge(existsSync(report) ? await Deno.readTextFile(report) : undefined, exit);
  console.log(`${name}: ${closingLine(counts)}`);
  return counts;
}

async function main(args: readonly string[]): Promise<number> {
  await installPackages();
  await pythonWithClients();
  await Deno.mkdir(reports, { recursive: true });
  if (await deno(["install", "--frozen"]) !== 0) throw new Error("the packages of deno.lock could not be installed");
  if (await deno(["run", "-A", "deploy/binary/build.ts", "--if-stale"]) !== 0) {
    throw new Error("the binary was not built");
  }
  const env = { DTEG_BIN: binary, ...(args.includes("--long") && { DTEG_LONG: "1" }) };
  const all: Counts[] = [];
  for (const suite of SUITES) {
    if (suite.paths.some((path) => existsSync(`${root}${path}`))) all.push(await runSuite(suite, env));
  }
  const sum = addCounts(all);
  console.log(closingLine(sum));
  return sum.failed === 0 ? 0 : 1;
}

if (import.meta.main) {
  const exit = await main(Deno.args).catch((error: Error) => {
    console.error(error.message);
    console.log(closingLine({ passed: 0, failed: 1, skipped: 0 }));
    return 1;
  });
  Deno.exit(exit);
}
