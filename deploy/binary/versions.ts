/** Extensions of DuckDB that the binary carries, of the version of the DuckDB package in deno.json. */
export const DUCKDB_EXTENSIONS = [
  {
    name: "postgres_scanner",
    wheel: "duckdb-extension-postgres-scanner==1.5.5",
    site: "https://extensions.duckdb.org/v1.5.5/linux_amd64/postgres_scanner.duckdb_extension.gz",
    sha256: "b1ced4cfc6311313e117c2afb3eac76508718778dde0716421503c7dbfb5605c",
  },
] as const;
