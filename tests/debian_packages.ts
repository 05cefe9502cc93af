/** Commands that tests run, and the Debian packages that bring them. */
const WANTED: readonly { readonly command: string; readonly package: string }[] = [
  { command: "setpriv", package: "util-linux" }, // to run the binary as an ordinary user
  { command: "script", package: "bsdutils" }, // to run it on a terminal
];

/** Installs what is missing, as root or with sudo; throws an Error that names the packages where neither is there. */
export async function installPackages(): Promise<void> {
  const missing = WANTED.filter(({ command }) => !isThere(command)).map((wanted) => wanted.package);
  if (missing.length === 0) return;
  const sudo = Deno.uid() === 0 ? [] : isThere("sudo") ? ["sudo"] : undefined;
  const wish = `the tests want the Debian packages: ${missing.join(" ")}`;
  if (!sudo || !isThere("apt-get")) throw new Error(`${wish}. Install them, or run this as root or with sudo`);
  console.log(`installing ${missing.join(" ")}`);
  for (const args of [["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", ...missing]]) {
    const [command, ...rest] = [...sudo, "apt-get", ...args];
    const { success } = await new Deno.Command(command, { args: rest, stdout: "null" }).spawn().status;
    if (!success) throw new Error(`${wish}. apt-get could not install them`);
  }
}

function isThere(command: string): boolean {
  const folders = (Deno.env.get("PATH") ?? "/usr/bin:/bin").split(":");
  return folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${command}`).isFile;
    } catch {
      return false;
    }
  });
}
