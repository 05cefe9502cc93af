import { basename, join } from "node:path";
import {
  type Batch,
  DtegError,
  findTable,
  formatName,
  type Host,
  type ReadOptions,
  type ReadRequest,
  type Source,
  type Stream,
} from "../../../sdk/mod.ts";
import { checkUnchanged, type Fingerprint, fingerprint } from "./fingerprint.ts";
import { DATA_ENDINGS, engineFormat, isDataName, splitName } from "../format.ts";
import { readManifest } from "../manifest.ts";
import type { FileConfig, FileStreamSettings } from "../mod.ts";
import { expandPattern, fixedFolder, fromFolder, isPattern, nearPath, readFolder, statOf } from "../paths.ts";
import { type PlainFile, plainFile, spool } from "./prepare.ts";

/** Files that are one stream. */
interface Found {
  readonly stream: string;
  readonly paths: readonly string[];
}

/** Reads files, folders, patterns and standard input. */
export function fileSource(config: FileConfig, host: Host): Source {
  const isPipe = config.path === "-";
  const root = isPipe ? "-" : fromFolder(host.folder, config.path);

  /** All streams, in order of their names. */
  function streams(): Found[] {
    if (isPipe) return [{ stream: "stdin", paths: ["-"] }];
    const info = statOf(root);
    if (info?.isDirectory) {
      const found = inFolder(root);
      if (found.length > 0) return found;
      throw new DtegError("stream.none", `there is no file of data in "${config.path}"`, {
        path: config.path,
        hint: `such a file's name ends in ${DATA_ENDINGS}; others are named by a pattern in quotes, with a format`,
      });
    }
    if (info) return [{ stream: splitName(root).stem || basename(root), paths: [root] }];
    if (isPattern(root)) return [{ stream: basename(fixedFolder(root)), paths: matched(root) }];
    const near = nearPath(root, config.path);
    throw new DtegError("file.not_found", `cannot read "${config.path}": there is no such file or folder`, {
      path: config.path,
      hint: near ?? "relative paths start at the current folder, in a pipeline at the folder of its file",
    });
  }

  function matched(pattern: string): string[] {
    const paths = expandPattern(pattern);
    if (paths.length > 0) return paths;
    throw new DtegError("file.no_match", `the pattern "${shown(pattern, host)}" matches no file`, {
      path: shown(pattern, host),
      hint: "look at the folder with `ls`; * is any text of one name, ** goes through folders",
    });
  }

  /** What one stream is made of. */
  function locate({ stream, settings }: Pick<ReadRequest, "stream" | "settings">): Found {
    if ("sql" in stream) {
      throw new DtegError("stream.not_found", "files have no queries: `sql` needs a database as source");
    }
    const { path } = settings as FileStreamSettings;
    if (path === undefined) {
      const all = streams();
      const { name } = findTable(stream, all.map((found) => ({ name: found.stream })));
      return all.find((found) => found.stream === name)!;
    }
    const isFolder = !isPipe && statOf(root)?.isDirectory === true;
    const whole = fromFolder(isFolder ? root : host.folder, path);
    const info = statOf(whole);
    if (info?.isDirectory) return { stream: stream.name, paths: dataFiles(whole) };
    if (info) return { stream: stream.name, paths: [whole] };
    if (isPattern(whole)) return { stream: stream.name, paths: matched(whole) };
    throw new DtegError(
      "file.not_found",
      `cannot read "${path}" of stream ${formatName(stream)}: there is no such file`,
      { path },
    );
  }

  return {
    check() {
      if (!isPipe) streams();
      return Promise.resolve();
    },
    async *discover(filter = () => true): AsyncGenerator<Stream> {
      for (const { stream } of streams()) if (filter({ name: stream })) yield { name: { name: stream }, kind: "file" };
    },
    async open(request) {
      const settings = { ...config, ...request.settings as FileStreamSettings };
      const { paths } = locate(request);
      const snapshotAt = new Date().toISOString();
      const marks: Fingerprint[] = [];
      const files: PlainFile[] = [];
      let readsOnce = false;
      for (const path of paths) {
        const name = path === "-" ? "stdin" : shown(path, host);
        const byContent = path === "-" || statOf(path)?.isFile === false; // a pipe has a name without meaning
        if (!byContent) marks.push(fingerprint(path, name));
        readsOnce ||= byContent;
        const { format, encoding, compression } = settings;
        const given = { path: byContent ? await spool(path, host) : path, name };
        files.push(await plainFile(given, { format, encoding, compression, byContent }, host));
      }
      const batch = files.length > 0 ? batchOf(files, settings) : NOTHING;
      return {
        complete: true,
        readsOnce,
        snapshotAt,
        parts: [{ id: "0" }],
        bytes: marks.reduce((sum, { size }) => sum + size, 0),
        read: () => Promise.resolve(batch),
        verify() {
          marks.forEach(checkUnchanged);
          return Promise.resolve();
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Each file of data in a folder is a stream, and so is each sub-folder that holds any. A folder that dteg wrote is one stream. */
function inFolder(folder: string): Found[] {
  readFolder(folder);
  if (readManifest(folder)) return [{ stream: basename(folder), paths: dataFiles(folder) }];
  const files = dataFiles(folder).map((path) => ({ stream: splitName(path).stem, paths: [path] }));
  const folders = readFolder(folder)
    .filter(({ name, isFolder }) => isFolder && !/^[_.]/.test(name))
    .map(({ name }) => ({ stream: name, paths: dataFiles(join(folder, name)) }))
    .filter(({ paths }) => paths.length > 0);
  return [...files, ...folders];
}

/** Files of data right in a folder; where it has a manifest, those that it names. */
function dataFiles(folder: string): string[] {
  const manifest = readManifest(folder);
  if (manifest) return manifest.files.map(({ path }) => namedFile(folder, path));
  return readFolder(folder)
    .filter(({ name, isFolder }) => !isFolder && !/^[_.]/.test(name) && isDataName(name))
    .map(({ name }) => join(folder, name));
}

function namedFile(folder: string, path: string): string {
  const file = join(folder, path);
  if (statOf(file)) return file;
  throw new DtegError("state.foreign", `"${file}" is not there, and the manifest of its folder names it`, {
    path: file,
    hint: "load the folder anew with --write replace -y, or put the file back",
  });
}

/** A path as the user may know it: from the folder that it starts at. */
function shown(path: string, host: Host): string {
  const prefix = host.folder.endsWith("/") ? host.folder : `${host.folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/** A folder whose manifest names no file. */
const NOTHING: Batch = { kind: "scan", schema: [], query: "SELECT 1 WHERE false" };

function batchOf(files: readonly PlainFile[], settings: FileConfig | FileStreamSettings): Batch {
  const formats = [...new Set(files.map(({ format }) => engineFormat(format)))];
  if (formats.length > 1) {
    const other = files.find(({ format }) => engineFormat(format) !== formats[0]);
    throw new DtegError(
      "file.mixed_formats",
      `"${files[0].name}" is ${formats[0]} and "${other?.name}" is ${formats[1]}: one stream is of one format`,
      {
        path: other?.name,
        hint: "narrow the pattern, or make two streams",
      },
    );
  }
  const isTabbed = files.some(({ format }) => format === "tsv");
  const options: ReadOptions = {
    delimiter: settings.delimiter ?? (isTabbed ? "\t" : undefined),
    quote: settings.quote,
    escape: settings.escape,
    header: settings.header,
    null: settings.null,
    skip: settings.skip,
    dateFormat: settings.date_format,
    timestampFormat: settings.timestamp_format,
    filenameColumn: settings.filename_column,
  };
  return {
    kind: "files",
    format: formats[0],
    paths: files.map(({ path }) => path),
    names: files.map(({ name }) => name),
    options,
  };
}
