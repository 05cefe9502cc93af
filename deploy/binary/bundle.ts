import { builtinModules } from "node:module";
import * as esbuild from "esbuild";

// CommonJS packages in the bundle want what Node gives to a module
const BANNER = `import{createRequire as __createRequire}from"node:module";` +
  `const require=__createRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;`;

/** Bundles main.ts of the checkout `root` into `outdir`, one chunk a lazy import; source maps go to `maps`. */
export async function bundle(
  root: string,
  { outdir, maps }: { readonly outdir: string; readonly maps: string },
): Promise<void> {
  try {
    await esbuild.build({
      absWorkingDir: root,
      entryPoints: { main: "main.ts" },
      outdir,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "esnext",
      minifyWhitespace: true,
      minifySyntax: true, // not identifiers: stack traces and names of classes stay readable
      sourcemap: "external",
      logLevel: "warning",
      define: { "process.env.NODE_ENV": '"production"' },
      banner: { js: BANNER },
      alias: { "@duckdb/node-bindings": `${root}/runtime/engine/move/duckdb_bindings.ts` },
      plugins: [nodePrefix()],
    });
  } finally {
    await esbuild.stop();
  }
  await Deno.remove(maps, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(maps, { recursive: true });
  for await (const { name } of Deno.readDir(outdir)) {
    if (!name.endsWith(".map")) continue;
    await Deno.copyFile(`${outdir}/${name}`, `${maps}/${name}`);
    await Deno.remove(`${outdir}/${name}`);
  }
}

/** Gives Node's built-ins their `node:` prefix, which Deno wants, and leaves native parts outside. */
function nodePrefix(): esbuild.Plugin {
  const names = new Set(builtinModules.filter((name) => !name.includes(":") && !name.startsWith("_")));
  return {
    name: "node-prefix",
    setup(build) {
      build.onResolve({ filter: /^[a-z][a-z_/0-9]*$/ }, ({ path, kind }) => {
        return kind === "entry-point" || !names.has(path) ? undefined : { path: `node:${path}`, external: true };
      });
      build.onResolve({ filter: /\.node$/ }, ({ path }) => ({ path, external: true }));
    },
  };
}
