/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The first line of a page that is made as a whole. */
export const MADE = "<!-- Made by docs/generate.ts: change the data, not this page. -->";

/** A page of blocks. */
export function page(blocks: readonly string[]): string {
  return blocks.join("\n\n") + "\n";
}

/**
 * A page that people wrote, with its made parts put in anew: what stands between `<!-- made: NAME -->` and `<!-- /made -->`. Throws an
 * Error when the page asks for a part that nobody makes.
 */
export function fillParts(text: string, parts: Readonly<Record<string, string>>): string {
  return text.replace(
    /(<!-- made: ([\w.-]+) -->\n).*?(<!-- \/made -->)/gs,
    (_, open: string, name: string, close: string) => {
      if (!Object.hasOwn(parts, name)) {
        throw new Error(
          `there is no made part ${name}; there are ${Object.keys(parts).join(", ")}`,
        );
      }
      return `${open}\n${parts[name]}\n\n${close}`;
    },
  );
}
