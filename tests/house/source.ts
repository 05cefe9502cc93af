import ts from "typescript";

/** A source file of the checkout. */
export interface Source {
  /** From the checkout's root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** What a rule found: the place and what would mend it. */
export interface Fault {
  readonly path: string;
  readonly line?: number;
  readonly what: string;
  readonly mend: string;
}

export const TOPS = ["sdk", "plugins", "runtime", "ui", "deploy", "docs", "tests"] as const;

/** All TypeScript of the checkout `root`. */
export async function readSources(root: string): Promise<readonly Source[]> {
  const paths = ["main.ts", ...await Promise.all(TOPS.map((top) => walk(root, top)))].flat();
  return await Promise.all(paths.map(async (path) => ({ path, text: await Deno.readTextFile(`${root}/${path}`) })));
}

async function walk(root: string, folder: string): Promise<string[]> {
  const paths: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(`${root}/${folder}`)) {
      if (isDirectory) paths.push(...await walk(root, `${folder}/${name}`));
      else if (/\.tsx?$/.test(name)) paths.push(`${folder}/${name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // a room is made with its first file
  }
  return paths.sort();
}

/** The syntax tree of a file. */
export function parse({ path, text }: Source): ts.SourceFile {
  return ts.createSourceFile(path, text, { languageVersion: ts.ScriptTarget.ESNext }, true);
}

/** The line of a node, from 1. */
export function lineOf(node: ts.Node): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1;
}

/** Every node under one, itself included. */
export function* nodes(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of childrenOf(node)) yield* nodes(child);
}

export function childrenOf(node: ts.Node): readonly ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  return children;
}

/** `path:line: what. Mend: how` */
export function print({ path, line, what, mend }: Fault): string {
  return `${path}${line === undefined ? "" : `:${line}`}: ${what}. Mend: ${mend}`;
}

/** Lines as an editor counts them. */
export function lineCount(text: string): number {
  return text.replace(/\n$/, "").split("\n").length;
}

export function isTest(path: string): boolean {
  return path.startsWith("tests/");
}
