/** Which PostgreSQL the servers of a test file are: Debian's, or 18. The files of `eighteen/` change it before they import others. */
export const chosen: { version: "debian" | "18" } = { version: "debian" };
