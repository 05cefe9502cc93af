/** Commands that tests run, and the Debian packages that bring them. */
const WANTED: readonly { readonly command: string; readonly package: string }[] = [
  { command: "openssl", package: "openssl" }, // to make certificates
  { command: "setpriv", package: "util-linux" }, // to run the binary as an ordinary user
  { command: "script", package: "bsdutils" }, // to run it on a terminal
  { command: "zsh", package: "zsh" }, // to complete lines in
  { command: "fish", package: "fish" },
  { command: "locale-gen", package: "locales" }, // to run PostgreSQL in other countries
  { command: "pgbouncer", package: "pgbouncer" }, // to stand between dteg and PostgreSQL
];

/** Installs what is missing, as root or with sudo; throws an Error that names the packages where neither is there. */
export async function installPackages(): Promise<void> {
  const missing = WANTED.filter(({ command }) => !isThere(command)).map((wanted) => wanted.package);
  if (postgresFolder() === undefined) missing.push("postgresql");
  if (!mariadbInstalled()) missing.push("mariadb-server");
  if (missing.length > 0) await installDebian(missing);
}

/** Installs packages of Debian. */
export async function installDebian(packages: readonly string[]): Promise<void> {
  const sudo = Deno.uid() === 0 ? [] : isThere("sudo") ? ["sudo"] : undefined;
  const wish = `the tests want the Debian packages: ${packages.join(" ")}`;
  if (!sudo || !isThere("apt-get")) throw new Error(`${wish}. Install them, or run this as root or with sudo`);
  console.log(`installing ${packages.join(" ")}`);
  for (
    const args of [
      ...(packages.includes("postgresql") ? [["sh", "-c", WITHOUT_SERVICE]] : []),
      ["apt-get", "update", "-qq"],
      ["apt-get", "install", "-y", "-qq", "--no-install-recommends", ...packages],
    ]
  ) {
    const [command, ...rest] = [...sudo, ...args];
    const { success } = await new Deno.Command(command, { args: rest, stdout: "null" }).spawn().status;
    if (!success) throw new Error(`${wish}. apt-get could not install them`);
  }
}

/** Debian's package would make a database and run it as a service; tests start servers of their own. */
const WITHOUT_SERVICE = "d=/etc/postgresql-common/createcluster.d; mkdir -p $d && " +
  "echo 'create_main_cluster = false' > $d/dteg_tests.conf";
const SERVERS = "/usr/lib/postgresql";

/** The folder of the programs of the newest PostgreSQL that Debian's packages brought. */
export function postgresFolder(): string | undefined {
  try {
    const versions = [...Deno.readDirSync(SERVERS)].map(({ name }) => name).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => `${SERVERS}/${version}/bin`).find((bin) => isFile(`${bin}/initdb`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether MariaDB's server and client are there. Debian's package starts no service where none can be run. */
export function mariadbInstalled(): boolean {
  return ["mariadbd", "mariadb-install-db", "mariadb"].every(isThere);
}

function isThere(command: string): boolean {
  const folders = [...(Deno.env.get("PATH") ?? "/usr/bin:/bin").split(":"), "/usr/sbin"];
  return folders.some((folder) => isFile(`${folder}/${command}`));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
