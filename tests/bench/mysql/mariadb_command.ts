import type { TestServer } from "../../mysql/server.ts";

/** Who loads, with a password that DuckDB's extension takes too: it fails with one that is not ASCII. */
export const LOGIN = { user: "bench", password: "bench" } as const;

/** The `mariadb` client by TCP and in UTC, for a script of bash that puts more words behind it. */
export const mariadbCommand = ({ port }: TestServer) =>
  `mariadb --no-defaults --host=127.0.0.1 --port=${port} --user=${LOGIN.user} --password=${LOGIN.password} ` +
  `--default-character-set=utf8mb4 --local-infile=1 --init-command="SET time_zone = '+00:00'"`;
