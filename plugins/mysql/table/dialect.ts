import type { MysqlSession } from "../session.ts";
import type { Dialect } from "./type_table.ts";

/** What a server's version says of its types. */
export function dialectOf({ isMariadb, version }: Pick<MysqlSession, "isMariadb" | "version">): Dialect {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isFrom = (wantedMajor: number, wantedMinor: number) =>
    major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  return {
    isMariadb,
    hasUuid: isMariadb && isFrom(10, 7),
    collation: isMariadb ? "utf8mb4_nopad_bin" : isFrom(8, 0) ? "utf8mb4_0900_bin" : "utf8mb4_bin",
  };
}
