import { hidePasswords } from "../../config/mod.ts";
import { cgroupMemory, defaultLimits } from "../../engine/limits.ts";
import type { App } from "../app.ts";
import { formatBytes, formatCountOf } from "../view/numbers.ts";
import { bad, type Finding, look, ok, warn } from "./finding.ts";

const LEAST_MEMORY = 256e6;
const FEW_FILES = 1024;
const FIRST_YEAR = 2025;
const LAST_YEAR = 2100;
const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

type Env = App["env"];

/** The machine and the environment: what dteg finds there without a network. */
export async function lookAtMachine({ version, env }: App): Promise<readonly Finding[]> {
  const { os, arch } = Deno.build;
  return [
    ok("dteg", `${version}, ${os} ${arch}, Deno ${Deno.version.deno}${Deno.build.standalone ? "" : ", from source"}`),
    await look("clock", clock),
    await look("time zone", () => timeZone(env)),
    await look("locale", () => locale(env)),
    await look("open files", openFiles),
    await look("memory", memory),
    proxies(env),
  ];
}

function clock(): Finding {
  const now = new Date(), { mtime } = Deno.statSync(Deno.execPath());
  const year = now.getUTCFullYear(), found = `${now.toISOString().slice(0, 19)}Z`;
  const mend = "set the clock, for example with `timedatectl set-ntp true`: runs, logs and certificates go by it";
  if (year < FIRST_YEAR || year > LAST_YEAR) return bad("clock", { found, mend });
  const isBehind = mtime !== null && now.getTime() < mtime.getTime() - 86_400_000;
  return isBehind ? warn("clock", { found: `${found}, before this program was made`, mend }) : ok("clock", found);
}

function timeZone({ TZ }: Env): Finding {
  const local = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";
  const seoul = new Date(0).toLocaleTimeString("en-GB", { timeZone: "Asia/Seoul" });
  if (seoul !== "09:00:00") throw new Error(`the built-in time zones are broken: 09:00:00 in Seoul reads ${seoul}`);
  if (TZ && !/^:?(\/|[A-Z]{3,4}[-+]?\d)/.test(TZ) && !isZone(TZ)) {
    return warn("time zone", {
      found: `TZ is "${TZ}", which is no zone`,
      mend: "use a name such as Asia/Seoul or UTC",
    });
  }
  return ok("time zone", `${local}; the zones are built in, values are moved in UTC`);
}

function isZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name.replace(/^:/, "") }));
  } catch {
    return false;
  }
}

function locale(env: Env): Finding {
  const name = ["LC_ALL", "LC_CTYPE", "LANG"].find((one) => env[one]);
  if (name === undefined) return ok("locale", "none is set; dteg writes UTF-8");
  const found = `${name}=${env[name]}`;
  if (/utf-?8/i.test(env[name])) return ok("locale", found);
  const mend = "dteg writes UTF-8: set LC_ALL=C.UTF-8, or names that are not ASCII may look wrong here";
  return warn("locale", { found, mend });
}

function openFiles(): Finding {
  const [, soft = "", hard = ""] =
    /^Max open files\s+(\S+)\s+(\S+)/m.exec(Deno.readTextFileSync("/proc/self/limits")) ??
      [];
  const found = soft === "unlimited"
    ? "no limit"
    : `at most ${soft}${hard === soft ? "" : `, may be raised to ${hard}`}`;
  if (soft === "unlimited" || Number(soft) >= FEW_FILES) return ok("open files", found);
  return warn("open files", {
    found,
    mend: `raise it before the run: ulimit -n ${hard === "unlimited" ? 4096 : hard}`,
  });
}

function memory(): Finding {
  const { total, available } = Deno.systemMemoryInfo();
  const limit = cgroupMemory(), share = defaultLimits().memory, cores = navigator.hardwareConcurrency;
  const group = Number.isFinite(limit) && limit < total ? `, ${formatBytes(limit)} for this control group` : "";
  const found = `${formatBytes(available)} free of ${formatBytes(total)}${group}; a run takes at most ` +
    `${formatBytes(share)} and ${formatCountOf(cores, "thread")}`;
  const usable = Math.min(available, limit);
  if (usable < LEAST_MEMORY) {
    return bad("memory", { found, mend: "end something else, or give this machine more: a run needs 256 MB" });
  }
  if (usable >= share) return ok("memory", found);
  return warn("memory", { found, mend: `run with --max-memory ${Math.max(256, Math.floor(usable * 0.8 / 1e6))}MB` });
}

function proxies(env: Env): Finding {
  const set = PROXIES.flatMap((name) => [name, name.toLowerCase()]).filter((name) => env[name]);
  if (set.length === 0) return ok("network proxies", "none in the environment");
  const shown = set.map((name) => `${name}=${hidePasswords(env[name])}`).join(", ");
  return ok("network proxies", `${shown}; databases are reached without them`);
}
