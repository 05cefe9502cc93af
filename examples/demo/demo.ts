// `./task demo`: real public data from a package registry, through the compiled binary, into DuckDB and Parquet.
import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { allowsColour, makeStyle, type Style } from "../../runtime/commands/style.ts";
import { barChart } from "../../runtime/commands/view/chart.ts";
import { formatDuration } from "../../runtime/commands/view/numbers.ts";
import { type Dteg, dtegIn } from "./binary.ts";
import { getData } from "./get_data.ts";

/** Where a demo runs, and with what. */
export interface DemoOptions {
  /** The project's folder; a folder other than the demo's own gets a copy of the project. */
  readonly folder: string;
  /** The binary. */
  readonly binary: string;
  readonly style: Style;
  /** Columns of the screen. */
  readonly width: number;
}

const home = new URL("./", import.meta.url).pathname.replace(/\/$/, "");
const root = resolve(home, "../..");
const PROJECT = ["dteg.yaml", "connections.yaml", "pipelines/air.yaml", "pipelines/reports.yaml"];

/** Runs the demo and returns the commands that it proposes, as a person would type them in the project's folder. */
export async function runDemo({ folder, binary, style, width }: DemoOptions): Promise<readonly string[]> {
  const say = (text: string) => console.log(text);
  const title = (text: string) => say(`\n${style.bold(text)}`);
  const dteg = dtegIn(folder, { path: binary, typed: typedPath(binary, folder) });
  const show = async (args: readonly string[]) => {
    say(style.dim(`$ ${typed(dteg, args)}`));
    await dteg.run(args);
  };
  await copyProject(folder);
  await getData(`${folder}/data`);

  title("Five public files (Parquet, JSON, CSV) become clean tables of one DuckDB file");
  await show(["run", "air"]);
  title("Queries over them become Parquet");
  await show(["run", "reports"]);
  title("The busiest airports of the USA, and how late their flights leave");
  await show(["query", "FROM busiest_airports LIMIT 8", "--on", "out/"]);
  title("Birds that met aircraft, by what it cost");
  await show(["query", "FROM costly_strikes LIMIT 5", "--on", "out/"]);
  title("Mean delay in minutes, by hour of departure: a day's delays pile up");
  say(await delayChart(dteg, { style, width }));

  const next = [
    ["query", "SELECT weather, count(*) AS days FROM weather WHERE city = 'Seattle' GROUP BY ALL", "--on", "air"],
    ["preview", "data/airports.csv", "--limit", "5"],
    ["runs", "list"],
  ].map((args) => typed(dteg, args));
  title("Try next");
  const inside = relative(Deno.cwd(), folder);
  for (const line of [...(inside ? [`cd ${inside}`] : []), ...next]) say(`  ${style.cyan(line)}`);
  say(style.dim(`  the pipelines are in ${inside || "."}/pipelines/: change one and run it again`));
  return next;
}

async function copyProject(folder: string): Promise<void> {
  if (folder === home) return;
  await Deno.mkdir(`${folder}/pipelines`, { recursive: true });
  for (const name of PROJECT) await Deno.copyFile(`${home}/${name}`, `${folder}/${name}`);
}

async function delayChart(dteg: Dteg, { style, width }: Pick<DemoOptions, "style" | "width">): Promise<string> {
  const rows = await dteg.rows("FROM delay_by_hour WHERE hour BETWEEN 5 AND 23 ORDER BY hour", "out/");
  const bars = rows.map(({ hour, mean_delay }) => ({
    label: `${hour.padStart(2, "0")}:00`,
    value: Number(mean_delay),
  }));
  return barChart(bars, { width: Math.min(width, 80), style, format: (minutes) => minutes.toFixed(1) }).trimEnd();
}

function typedPath(binary: string, folder: string): string {
  return binary.startsWith(`${root}/`) && folder.startsWith(`${root}/`) ? relative(folder, binary) : binary;
}

/** A command line for a shell. */
function typed(dteg: Dteg, args: readonly string[]): string {
  const quoted = (word: string) => /^[\w./:=-]+$/.test(word) ? word : word.includes("'") ? `"${word}"` : `'${word}'`;
  return [dteg.typed, ...args].map(quoted).join(" ");
}

async function main(): Promise<void> {
  const began = performance.now();
  const { values } = parseArgs({
    args: Deno.args.filter((arg) => arg !== "--"),
    options: { folder: { type: "string", default: home } },
  });
  const binary = Deno.env.get("DTEG_BIN") ?? await buildBinary();
  const isTty = Deno.stdout.isTerminal();
  const style = makeStyle({ colour: allowsColour({ isTty, refused: false, env: Deno.env.toObject() }) });
  const width = isTty ? Deno.consoleSize().columns : 80;
  await runDemo({ folder: resolve(values.folder), binary: resolve(binary), style, width });
  console.log(style.dim(`\nall this took ${formatDuration((performance.now() - began) / 1000)}`));
}

/** dist/dteg, built first where it is missing or older than its sources. */
async function buildBinary(): Promise<string> {
  const args = ["run", "-A", "deploy/binary/build.ts", "--if-stale"];
  const { success } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).spawn().status;
  if (!success) throw new Error("the binary could not be built");
  return `${root}/dist/dteg`;
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
    Deno.exit(1);
  }
}
