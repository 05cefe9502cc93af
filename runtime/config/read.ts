import { DtegError } from "../../sdk/mod.ts";
import { fromDocument } from "./tree/from_document.ts";
import { syntaxErrors } from "./tree/syntax_error.ts";
import { parseYaml } from "./tree/yaml.ts";
import { fault, type Tree } from "./tree/tree.ts";

/** Largest file that is read, in bytes. */
export const MAX_BYTES = 1_000_000;

/** Reads a YAML file. Where there is none the error is of code `pipeline.not_found`, for a folder `pipeline.is_folder`. */
export async function readTree(path: string, { name = path }: { readonly name?: string } = {}): Promise<Tree> {
  return parseTree(await readText(path, name), name);
}

/** Turns the text of a YAML file into values with places. Throws the first syntax error, with the others. */
export function parseTree(text: string, path: string): Tree {
  const documents = parseYaml(text);
  const empty: Tree = { path, text, root: null, places: new Map() };
  throwAll(documents.flatMap((document) => syntaxErrors(document, empty)));
  if (documents.length > 1) {
    const start = documents[1].range[0];
    throw fault(empty, "", {
      code: "pipeline.syntax",
      message: "a second document begins here; a file holds one",
      hint: "leave out the line `---`, or make two files",
      span: [start, start],
    });
  }
  return fromDocument(documents[0], empty);
}

/**
 * Throws the first error of a list, in the order of the file, with the others; does nothing for an empty one. What this version
 * does not have comes last: a slip in the file is a slip in any version.
 */
export function throwAll(errors: readonly DtegError[]): void {
  const rank = ({ code }: DtegError) => code === "usage" ? 1 : 0;
  const [first, ...others] = errors.toSorted((a, b) =>
    rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0) || (a.col ?? 0) - (b.col ?? 0)
  );
  if (first) throw others.length > 0 ? first.with({ others }) : first;
}

async function readText(path: string, name: string): Promise<string> {
  try {
    const { size, isDirectory } = await Deno.stat(path);
    if (isDirectory) {
      throw new DtegError("pipeline.is_folder", `${JSON.stringify(name)} is a folder, wanted a pipeline file`, {
        path: name,
        hint: "name the file; to load a folder of data use --from",
      });
    }
    if (size > MAX_BYTES) {
      throw new DtegError("pipeline.too_large", `the file has ${size} bytes, at most ${MAX_BYTES} are read`, {
        path: name,
        hint: "split it into several pipelines",
      });
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(path));
  } catch (cause) {
    throw readError(cause, name);
  }
}

function readError(cause: unknown, name: string): DtegError {
  const quoted = JSON.stringify(name);
  if (cause instanceof DtegError) return cause;
  if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) {
    return new DtegError("pipeline.not_found", `there is no file ${quoted}`, {
      path: name,
      hint: "check the path",
      cause,
    });
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return new DtegError("file.permission", `the system refuses to read ${quoted}`, {
      path: name,
      hint: "check the rights of the file and its folder",
      cause,
    });
  }
  if (cause instanceof TypeError) {
    return new DtegError("pipeline.syntax", "the file is not UTF-8 text", {
      path: name,
      hint: "save it as UTF-8",
      cause,
    });
  }
  return new DtegError("file.unreadable", `cannot read ${quoted}: ${DtegError.from(cause).message}`, {
    path: name,
    cause,
  });
}
