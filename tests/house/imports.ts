import { posix } from "node:path";
import ts from "typescript";
import { type Fault, lineOf, nodes, parse, type Source } from "./source.ts";

/** From left to right: a room imports only rooms to its left. */
export const ROOMS = [
  "sdk",
  "net",
  "config",
  "store",
  "host",
  "engine",
  "schedule",
  "govern",
  "market",
  "api",
  "commands",
];

const TOOLS = ["esbuild", "fast-check", "typescript"];

/** An import of one of our files by another; type-only and lazy ones count too. */
export interface Import {
  readonly from: string;
  readonly to: string;
  readonly line: number;
  readonly typeOnly: boolean;
  readonly lazy: boolean;
}

/** The imports of our own files that a file has. */
export function importsOf(source: Source): readonly Import[] {
  const found: Import[] = [];
  for (const node of nodes(parse(source))) {
    const specifier = specifierOf(node);
    if (!specifier?.text.startsWith(".")) continue;
    const to = posix.join(posix.dirname(source.path), specifier.text);
    found.push({
      from: source.path,
      to,
      line: lineOf(node),
      typeOnly: isTypeOnly(node),
      lazy: ts.isCallExpression(node),
    });
  }
  return found;
}

function specifierOf(node: ts.Node): ts.StringLiteral | undefined {
  const found = ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
    ? node.moduleSpecifier
    : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
    ? node.arguments[0]
    : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
    ? node.argument.literal
    : undefined;
  return found && ts.isStringLiteral(found) ? found : undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  if (!ts.isImportDeclaration(node) || !node.importClause) return false;
  const { phaseModifier, name, namedBindings } = node.importClause;
  if (phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  return !name && !!namedBindings && ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((e) => e.isTypeOnly);
}

/** Imports that go the wrong way. */
export function directionFaults(sources: readonly Source[]): readonly Fault[] {
  return sources.flatMap(importsOf).flatMap((found) => {
    const fault = faultOf(found);
    return fault
      ? [{ path: found.from, line: found.line, what: `imports ${found.to}; ${fault[0]}`, mend: fault[1] }]
      : [];
  });
}

function faultOf({ from, to, typeOnly }: Import): [what: string, mend: string] | undefined {
  const room = roomOf(from), target = roomOf(to);
  if (room === "outside" || from === "main.ts") return undefined;
  if (room === "sdk") {
    return target === "sdk" ? undefined : ["sdk/ imports nothing of ours", "move what is needed into sdk/"];
  }
  if (room === "plugins") {
    const own = pluginOf(from) === pluginOf(to);
    return target === "sdk" || own ? undefined : ["a plugin imports only sdk/", "let the engine lend it through Host"];
  }
  if (room === "ui") {
    const allowed = target === "ui" || (target === "api" && typeOnly);
    return allowed ? undefined : ["ui/ imports only the types of runtime/api", "ask the server for it"];
  }
  if (!ROOMS.includes(room)) return [`runtime/${room} is no room`, `use one of ${ROOMS.slice(1).join(" ")}`];
  const allowed = ROOMS.includes(target) && ROOMS.indexOf(target) <= ROOMS.indexOf(room);
  if (allowed) return undefined;
  return [
    `${target} is not left of ${room} (${ROOMS.join(" < ")})`,
    "move the code left, or hand it in as an argument",
  ];
}

function roomOf(path: string): string {
  const [top, second] = path.split("/");
  if (top === "runtime") return second;
  return ["sdk", "plugins", "ui", "main.ts"].includes(top) ? top : "outside";
}

/** plugins/NAME.ts or plugins/NAME/ */
function pluginOf(path: string): string | undefined {
  const [top, name] = path.split("/");
  return top === "plugins" ? name.replace(/\.tsx?$/, "") : undefined;
}

/** Packages of tests and tools in what goes into the binary. */
export function packageFaults(sources: readonly Source[]): readonly Fault[] {
  return sources.filter(({ path }) => roomOf(path) !== "outside").flatMap((source) =>
    [...nodes(parse(source))].flatMap((node) => {
      const name = specifierOf(node)?.text ?? "";
      if (!TOOLS.includes(name)) return [];
      const mend = "use it only in tests/, docs/ and deploy/";
      return [{ path: source.path, line: lineOf(node), what: `imports ${name}, which is no part of the binary`, mend }];
    })
  );
}

/** Rings of files that need each other to load. Types and lazy imports load nothing. */
export function cycleFaults(sources: readonly Source[]): readonly Fault[] {
  const loads = (source: Source) => importsOf(source).filter(({ typeOnly, lazy }) => !typeOnly && !lazy);
  const graph = new Map(sources.map((source) => [source.path, loads(source).map((found) => found.to)]));
  const done = new Set<string>(), faults: Fault[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) {
      const ring = [...trail.slice(trail.indexOf(path)), path].join(" > ");
      faults.push({ path, what: `is in a ring of imports: ${ring}`, mend: "move what both need to a file of its own" });
    }
    if (done.has(path)) return;
    done.add(path);
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
  };
  for (const path of graph.keys()) visit(path, []);
  return faults;
}

/** `mod.ts` is for readers outside of its folder. */
export function modFaults(sources: readonly Source[]): readonly Fault[] {
  const read = new Set(
    sources.flatMap(importsOf).filter(({ from, to }) => !from.startsWith(posix.dirname(to))).map(({ to }) => to),
  );
  return sources.filter(({ path }) => posix.basename(path) === "mod.ts" && !read.has(path)).map(({ path }) => ({
    path,
    what: "nobody outside of its folder imports it",
    mend: "remove it, or let outside readers import it",
  }));
}
