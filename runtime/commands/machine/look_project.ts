import { connectionEnd, declaredConnections, lintPipeline, listPipelines, type LoadOptions } from "../../config/mod.ts";
import type { End } from "../../config/pipeline.ts";
import { checkEnd, type EndRole } from "../../engine/ask/check_end.ts";
import type { App } from "../app.ts";
import type { Input } from "../command.ts";
import { openInspection, prepareAsk } from "../data/look.ts";
import { loadOptions } from "../project/load_options.ts";
import { formatCountOf, formatDuration } from "../view/numbers.ts";
import { badOf, type Finding, look, ok, warn } from "./finding.ts";

const DRIFT_SECONDS = 5;

interface Looking {
  readonly app: App;
  readonly input: Input;
  readonly deep: boolean;
}

/** The files of the project, and each of its connections: reached, and deep also written to and asked for the time. */
export async function lookAtProject(
  app: App,
  input: Input,
  { deep }: Pick<Looking, "deep">,
): Promise<readonly Finding[]> {
  let load: LoadOptions;
  try {
    load = await loadOptions(app, input);
  } catch (error) {
    return [badOf("project", error)];
  }
  const names = declaredConnections(load.environment, load.connectors).map(({ name }) => name);
  const connections = await Promise.all(names.map((name) => lookAtConnection(name, { app, input, deep })));
  return [await look("project", () => projectFiles(load)), ...connections.flat()];
}

async function projectFiles(load: LoadOptions): Promise<Finding> {
  const { project, folder, overlay } = load.environment;
  if (!project) return ok("project", "none here: there is no dteg.yaml in this folder or above");
  const files = await listPipelines(project, folder);
  let warnings = 0;
  for (const { path } of files) warnings += (await lintPipeline(path, load)).warnings.length;
  const found = `${project.folder}${overlay ? `, environment ${overlay.name}` : ""}, ` +
    `${formatCountOf(files.length, "pipeline")} sound`;
  if (warnings === 0) return ok("project", found);
  return warn("project", { found: `${found}, ${formatCountOf(warnings, "warning")}`, mend: "see `dteg validate`" });
}

async function lookAtConnection(name: string, { app, input, deep }: Looking): Promise<readonly Finding[]> {
  const what = `connection ${name}`;
  try {
    const { load } = await prepareAsk(app, input);
    const end = await connectionEnd(name, load);
    if (!end) return [];
    const connector = load.connectors.find((one) => one.name === end.connector);
    const roles: EndRole[] = [
      ...(connector?.source ? ["source" as const] : []),
      ...(connector?.destination && (deep || !connector.source) ? ["destination" as const] : []),
    ];
    const steps: string[] = [];
    for (const role of roles) {
      const found = await checked(end, role, { app, input, deep });
      if (found.error?.code === "file.not_found" && role === "source" && connector?.destination) {
        const asTarget = await checked(end, "destination", { app, input, deep });
        if (!asTarget.error) return [notThereYet(what, end)];
      }
      const isReadOnly = role === "destination" && steps.length > 0 && found.error?.failure === "config";
      if (isReadOnly) continue; // a folder whose files have no format yet, say: it is made to be read
      if (found.error) return [badOf(what, found.error)];
      steps.push(...found.steps.filter((step) => !steps.includes(step)));
    }
    const reached = ok(what, `${end.connector}: ${steps.join(", ")}`);
    return end.connector === "postgres" && deep ? [reached, await drift(name, end, { app, input, deep })] : [reached];
  } catch (error) {
    app.signal.throwIfAborted();
    return [badOf(what, error)];
  }
}

/** A file that the first load makes, or one that is missing: only the user knows. */
function notThereYet(what: string, { connector, label }: End): Finding {
  return warn(what, {
    found: `${connector}: ${label} is not there yet, and can be made`,
    mend: "a load into it makes it; where it is to be read, put it there",
  });
}

async function checked(end: End, role: EndRole, { app, input }: Looking) {
  const { ask } = await prepareAsk(app, input);
  const { openAsk } = await import("../../engine/ask/ask_context.ts");
  await using context = await openAsk(ask);
  const { steps, error } = await checkEnd(end, role, { context, onStep: () => {} });
  return { steps: steps.map(({ name }) => name), error };
}

/** The server's clock against this machine's, where the time of the question is taken out. */
async function drift(name: string, end: End, { app, input }: Looking): Promise<Finding> {
  const what = `clock of ${name}`;
  return await look(what, async () => {
    await using inspection = await openInspection(end, await prepareAsk(app, input));
    const ask = async () => {
      let seconds = NaN;
      const began = Date.now();
      await inspection.query("SELECT extract(epoch FROM clock_timestamp())::numeric(20,3) AS at", {
        take: ({ rows: [row] }) => {
          if (row) seconds = Number(row[0]);
          return true;
        },
      });
      return Math.abs(seconds - (began + Date.now()) / 2000);
    };
    await ask(); // connecting takes its time
    const apart = await ask();
    if (apart <= DRIFT_SECONDS) return ok(what, `${apart.toFixed(1)} s from this machine's`);
    const mend = "set the clock that is wrong: rows read by a time column may be missed";
    return warn(what, { found: `${formatDuration(apart)} from this machine's`, mend });
  });
}
