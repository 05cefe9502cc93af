type Version = "debian" | "18";

/** Which PostgreSQL the servers of a test file are. */
export const chosen: { version: Version } = { version: "debian" };

/** Chooses it, for what is imported afterwards. */
export function choose(version: Version): Version {
  return chosen.version = version;
}
