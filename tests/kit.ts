// `./task kit -- PATTERN…`: the acceptance suite that may lie beside the checkout, against dist/dteg.
import { existsSync } from "node:fs";

const root = new URL("../", import.meta.url).pathname;
const kit = new URL("../../shared/kit", import.meta.url).pathname;
const venv = `${root}.build/kit`;
const binary = `${root}dist/dteg`;

async function run(command: string, args: readonly string[]): Promise<void> {
  const env = { KIT_TO: Deno.env.get("KIT_TO") ?? "duckdb", PYTHONDONTWRITEBYTECODE: "1" };
  const { code } = await new Deno.Command(command, { args: [...args], env }).spawn().status;
  if (code !== 0) Deno.exit(code);
}

async function main(args: readonly string[]): Promise<void> {
  if (!existsSync(`${kit}/run.py`)) {
    console.error(`kit: there is no acceptance suite beside this checkout (wanted ${kit})`);
    Deno.exit(1);
  }
  if (!existsSync(binary)) {
    console.error("kit: there is no dist/dteg; run ./task build first");
    Deno.exit(1);
  }
  if (!existsSync(`${venv}/ready`)) {
    await run("python3", ["-m", "venv", venv]);
    await run(`${venv}/bin/pip`, ["install", "--quiet", "-r", `${kit}/requirements.txt`]);
    await Deno.writeTextFile(`${venv}/ready`, "");
  }
  const words = args.filter((arg) => arg !== "--");
  const only = words.flatMap((word) => word.startsWith("--") ? [word] : ["--only", word]);
  await run(`${venv}/bin/python`, [`${kit}/run.py`, "--dteg", binary, ...only]);
}

if (import.meta.main) await main(Deno.args);
