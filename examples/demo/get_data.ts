/** The files of the package that the pipelines read. */
export const DATA_FILES = [
  "flights-3m.parquet",
  "flights-20k.json",
  "airports.csv",
  "birdstrikes.csv",
  "weather.csv",
] as const;

/** The folder in which the package of the data is installed: a project of its own, so that dteg itself does not depend on it. */
const datasets = new URL("datasets/", import.meta.url).pathname;
const installed = `${datasets}node_modules/vega-datasets/data`;

/** Copies the public data into `folder`, out of the package that its lock file pins; installs that where it is missing. */
export async function getData(folder: string): Promise<void> {
  if (!DATA_FILES.every((name) => sizeOf(`${installed}/${name}`))) await install();
  await Deno.mkdir(folder, { recursive: true });
  for (const name of DATA_FILES) {
    if (sizeOf(`${folder}/${name}`) === sizeOf(`${installed}/${name}`)) continue;
    await Deno.copyFile(`${installed}/${name}`, `${folder}/${name}`);
  }
}

async function install(): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["install", "--frozen", "--quiet"],
    cwd: datasets,
    env: { DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "system" },
  });
  if (!(await command.spawn().status).success) {
    throw new Error("the package vega-datasets could not be installed: is a registry of npm packages in reach?");
  }
}

/** Bytes of a file; nothing where there is none. */
function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
