/** Where an extension of DuckDB is had from. */
export interface ExtensionSource {
  readonly name: string;
  readonly wheel: string;
  /** Folder of DuckDB's own repository. */
  readonly site: string;
  /** Of the unpacked file, by machine. */
  readonly sha256: Readonly<Record<typeof Deno.build.arch, string>>;
}

/** Extensions of DuckDB that the binary carries, of the version of the DuckDB package in deno.json. */
export const DUCKDB_EXTENSIONS: readonly ExtensionSource[] = [
  {
    name: "postgres_scanner",
    wheel: "duckdb-extension-postgres-scanner==1.5.5",
    site: "https://extensions.duckdb.org/v1.5.5/",
    sha256: {
      x86_64: "b1ced4cfc6311313e117c2afb3eac76508718778dde0716421503c7dbfb5605c",
      aarch64: "e2469cce1e855e8c842a1487dd8168cf27904c03baaf1f2c227529403315d819",
    },
  },
];
