import { formatBytes } from "../../runtime/commands/view/numbers.ts";
import { measure, type Measured, medianOf } from "./measure.ts";

/** Who does a load: the servers' own clients by hand, DuckDB alone with its extensions, dlt (a library of Python), or dteg. */
export type Tool = "floor" | "duckdb" | "dlt" | "dteg";

/** Another product: measured once a job, since it takes long, and its values are its own matter. */
const isPeer = (tool: Tool): boolean => tool === "dlt";

/** The tools in the order of a table's columns, by the names that they have there. */
export type ToolNames = Readonly<Partial<Record<Tool, string>>>;

/** A load from or into a server, by each tool. */
export interface ServerJob {
  readonly name: string;
  /** What is wanted of dteg: its time as a share of another's, and the most memory in MB. */
  readonly wanted: { readonly against: Tool; readonly times: number; readonly memory?: number };
  /** The commands; a job that a tool cannot do is left out. */
  readonly commands: Readonly<Partial<Record<Tool, readonly string[]>>>;
  /** Makes the target as it is before the load. */
  before(tool: Tool): Promise<void>;
  /** Throws when the target does not hold exactly what it must. */
  check(tool: Tool): Promise<void>;
}

/** The medians of a job, by tool. */
export interface ServerResult {
  readonly job: ServerJob;
  readonly taken: Readonly<Partial<Record<Tool, Measured>>>;
  /** Peers whose target does not hold the rows exactly. */
  readonly inexact: ReadonlySet<Tool>;
}

/** Runs a job by each tool in turn, round after round, and checks what the last round made. */
export async function takeTurns(
  job: ServerJob,
  { names, folder, rounds }: { readonly names: ToolNames; readonly folder: string; readonly rounds: number },
): Promise<ServerResult> {
  const tools = toolsOf(names).filter((tool) => job.commands[tool]);
  const all = new Map<Tool, Measured[]>(tools.map((tool) => [tool, []]));
  const env = { XDG_STATE_HOME: `${folder}/state` };
  const inexact = new Set<Tool>();
  for (let round = 1; round <= rounds; round++) {
    for (const tool of tools.filter((tool) => round === 1 || !isPeer(tool))) {
      await job.before(tool);
      const taken = await measure(job.commands[tool]!, { cwd: folder, env });
      all.get(tool)!.push(taken);
      console.log(`${job.name}, round ${round}, ${names[tool]}: ${cell(taken)}`);
      if (isPeer(tool)) {
        await job.check(tool).catch((error: Error) => {
          console.log(`${names[tool]} brought other values: ${error.message}`);
          inexact.add(tool);
        });
      } else if (round === rounds) await job.check(tool);
    }
  }
  for (const tool of tools) await job.before(tool);
  return { job, inexact, taken: Object.fromEntries([...all].map(([tool, measured]) => [tool, medianOf(measured)])) };
}

/** Throws when two checksums differ. */
export function sameSum(found: string, { wanted, where }: { readonly wanted: string; readonly where: string }): void {
  if (found !== wanted) throw new Error(`${where} holds ${found}, wanted ${wanted}`);
}

/** A row for each job, a column for each tool. */
export function turnsTable(results: readonly ServerResult[], names: ToolNames): string {
  const tools = toolsOf(names);
  const lines = results.map(({ job, taken, inexact }) => {
    const { against, times, memory } = job.wanted;
    const other = taken[against];
    const share = taken.dteg && other ? `${(taken.dteg.seconds / other.seconds).toFixed(2)}x` : "";
    const wish = `≤ ${times.toFixed(2)}x ${names[against]}${memory ? `, ≤ ${memory} MB` : ""}`;
    return `| ${
      [job.name, ...tools.map((tool) => cell(taken[tool]) + (inexact.has(tool) ? " (other values)" : "")), share, wish]
        .join(" | ")
    } |`;
  });
  return `| | ${tools.map((tool) => names[tool]).join(" | ")} | dteg's time | wanted |
| --- | ${tools.map(() => "---:").join(" | ")} | ---: | --- |
${lines.join("\n")}`;
}

const toolsOf = (names: ToolNames) => Object.keys(names) as Tool[];

function cell(taken: Measured | undefined): string {
  if (!taken) return "";
  return `${taken.seconds.toFixed(2)} s / ${taken.cpu.toFixed(1)} s / ${formatBytes(taken.memory)}`;
}
