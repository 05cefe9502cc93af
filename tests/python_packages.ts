import { installDebian } from "./debian_packages.ts";

/** Clients that dteg does not use, to read back what it wrote. */
const WHEELS = ["duckdb==1.5.5", "pyarrow==26.0.1"];
const folder = new URL("../.build/python", import.meta.url).pathname;

/** The Python that has the wheels, in a folder of this checkout; made where it is missing. */
export async function pythonWithClients(): Promise<string> {
  const python = `${folder}/bin/python`;
  if (await isDone()) return python;
  if (!await succeeds("python3", ["-c", "import ensurepip"])) await installDebian(["python3", "python3-venv"]);
  console.log(`installing ${WHEELS.join(" ")}`);
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", ...WHEELS];
  if (!await succeeds("python3", ["-m", "venv", "--clear", folder]) || !await succeeds(python, install)) {
    throw new Error(`the tests want Python 3 with ${WHEELS.join(" and ")}: pip could not install them`);
  }
  await Deno.writeTextFile(`${folder}/wheels`, WHEELS.join(" "));
  return python;
}

const isDone = () => Deno.readTextFile(`${folder}/wheels`).then((text) => text === WHEELS.join(" "), () => false);

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args: [...args], stdout: "null" }).spawn().status).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
