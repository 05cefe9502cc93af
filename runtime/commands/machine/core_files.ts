const RLIMIT_CORE = 4;

/**
 * A process that dies by a signal leaves no core file: it would hold passwords and rows of data. What it starts leaves none either, and
 * cannot raise the limit again. Where there is no libc to ask, the limit stays as it is.
 */
export function leaveNoCoreFile(): void {
  let library;
  try {
    library = Deno.dlopen("libc.so.6", { setrlimit: { parameters: ["i32", "buffer"], result: "i32" } });
  } catch {
    return; // no libc of that name: then the shell's limit holds
  }
  library.symbols.setrlimit(RLIMIT_CORE, new BigUint64Array([0n, 0n]));
  library.close();
}
