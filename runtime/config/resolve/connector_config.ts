import { DtegError } from "../../../sdk/mod.ts";
import { coerce } from "../form/coerce.ts";
import { type KnownConnector, propertiesOf } from "../form/known_connector.ts";
import { validate } from "../form/validate.ts";
import { list } from "../form/wanted.ts";
import { FORMAT_SCHEMES, parseUrl, schemeOf, urlLabel } from "../url.ts";
import { fault, keysOf, member, type Place, type Plain, type PlainMap, type Tree } from "../tree/tree.ts";
import type { Expanded } from "./expand.ts";

/** The settings of an end as they were written. */
export interface WrittenConfig {
  /** The word of `use`, or the URL's scheme. */
  readonly word: string;
  readonly config: PlainMap;
  /** Where each setting stands in the tree: a function of its key. */
  readonly pointerOf: (key: string) => string;
  /** The file, and where the end stands in it. */
  readonly source: Expanded;
  readonly pointer: string;
}

/** Settings by the connector's schema, or what is wrong with them. */
export interface CheckedConfig {
  readonly config: unknown;
  /** What users call the end, when its settings say so. */
  readonly label?: string;
  readonly errors: readonly DtegError[];
}

/**
 * Checks the settings of an end. A `url` is split into the connector's own settings, unless the connector wants it whole; settings
 * beside it win.
 */
export function checkConfig(connector: KnownConnector, written: WrittenConfig): CheckedConfig {
  const { source } = written;
  const { tree, hollow } = source;
  const { url, ...single } = written.config;
  const urlPointer = written.pointerOf("url");
  const under = (pointer: string) => pointer === written.pointer || pointer.startsWith(`${written.pointer}/`);
  if ([...hollow].some(under)) return { config: written.config, errors: [] };
  let fields: PlainMap, label: string | undefined;
  try {
    label = labelOf(url ?? single.path);
    fields = typeof url === "string" ? fromUrl(url, connector) : url === undefined ? {} : { url };
  } catch (error) {
    if (!(error instanceof DtegError)) throw error;
    const { code, message, hint } = error;
    return { config: written.config, errors: [fault(tree, urlPointer, { code, message, hint, cause: error })] };
  }
  const format: PlainMap = FORMAT_SCHEMES.has(written.word) && written.word !== connector.name
    ? { format: written.word }
    : {};
  const root: PlainMap = { ...format, ...fields, ...single };
  const places = new Map<string, Place>([["", placeOf(tree, written.pointer)]]);
  for (const key of Object.keys(root)) {
    if (key in single) {
      for (const [at, place] of placesUnder(tree, written.pointerOf(key))) places.set(member("", key) + at, place);
    } else {
      places.set(member("", key), { ...placeOf(tree, urlPointer), key: undefined });
    }
  }
  const texts = new Set(Object.keys(fields).filter((key) => !(key in single)).map((key) => member("", key)));
  for (const pointer of source.whole) {
    const key = keysOf(pointer.slice(written.pointer.length)).at(-1);
    if (key !== undefined && key in single && pointer === written.pointerOf(key)) texts.add(member("", key));
  }
  const settled: Tree = { ...tree, root: coerce(connector.config, root, { pointers: texts }), places };
  const errors = validate(connector.config, settled, {
    code: "connector.config",
    title: `the connector ${connector.name}`,
  });
  return { config: settled.root, label: label ?? labelOf(root.path), errors };
}

/** The settings that a URL or bare path stands for. */
function fromUrl(text: string, connector: KnownConnector): PlainMap {
  const known = propertiesOf(connector.config);
  if ("url" in known) return { url: text };
  const scheme = schemeOf(text);
  if (!scheme) return { path: text };
  if (!connector.schemes.includes(scheme)) {
    throw new DtegError("url.invalid", `${scheme}:// is no URL of the connector ${connector.name}`, {
      hint: `write ${list(connector.schemes.map((word) => `${word}://`))}`,
    });
  }
  const { path, host, port, user, password, options } = parseUrl(text);
  const parts = { host, port, user, password, [!host && "path" in known ? "path" : "database"]: path || undefined };
  const format: PlainMap = FORMAT_SCHEMES.has(scheme) && scheme !== connector.name ? { format: scheme } : {};
  const settings: Record<string, Plain> = { ...format, ...options };
  for (const [key, value] of Object.entries(parts)) if (value !== undefined) settings[key] = value;
  return settings;
}

function labelOf(text: Plain | undefined): string | undefined {
  if (typeof text !== "string") return undefined;
  return schemeOf(text) ? urlLabel(text) : text;
}

function placeOf(tree: Tree, pointer: string): Place {
  return tree.places.get(pointer) ?? {};
}

function placesUnder(tree: Tree, pointer: string): [at: string, place: Place][] {
  const found = [...tree.places].filter(([at]) => at.startsWith(`${pointer}/`));
  return [
    ["", placeOf(tree, pointer)],
    ...found.map(([at, place]): [string, Place] => [at.slice(pointer.length), place]),
  ];
}
