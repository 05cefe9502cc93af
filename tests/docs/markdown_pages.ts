/** The root of the checkout, with a slash at its end. */
export const ROOT = new URL("../../", import.meta.url).pathname;

/** A fenced block of a page. */
export interface Block {
  /** Line of its fence, from 1. */
  readonly line: number;
  readonly language: string;
  /** The words after the language. */
  readonly words: readonly string[];
  readonly text: string;
}

/** A page of Markdown by its path from the root. */
export interface Page {
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** All pages that are tested. */
export async function readPages(): Promise<readonly Page[]> {
  const docs = ["docs", "docs/guides"].flatMap((folder) =>
    [...Deno.readDirSync(ROOT + folder)].map(({ name }) => `${folder}/${name}`)
  );
  const paths = [
    "README.md",
    "README.ko.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    ...docs,
    "examples/README.md",
  ];
  const pages = paths.filter((path) => path.endsWith(".md")).sort().map(async (path) => {
    const text = await Deno.readTextFile(ROOT + path);
    return { path, text, blocks: blocksOf(text) };
  });
  return await Promise.all(pages);
}

/** The fenced blocks of a text, in their order. */
export function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { line: number; info: string[]; lines: string[] } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (!fence) open?.lines.push(line);
    else if (!open) open = { line: index + 1, info: fence[1].trim().split(/\s+/), lines: [] };
    else {
      const [language, ...words] = open.info;
      blocks.push({ line: open.line, language, words, text: `${open.lines.join("\n")}\n` });
      open = undefined;
    }
  }
  if (open) throw new Error(`the block of line ${open.line} is never closed`);
  return blocks;
}
