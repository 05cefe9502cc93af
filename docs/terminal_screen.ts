/** How a piece of text looks. */
export interface Look {
  readonly bold: boolean;
  readonly dim: boolean;
  /** Number of the ANSI colour, 0 to 7; undefined is the text's own. */
  readonly colour?: number;
}

/** Characters of one look that stand side by side. */
export interface Span extends Look {
  readonly column: number;
  readonly text: string;
}

const PLAIN: Look = { bold: false, dim: false };

interface Cell extends Look {
  readonly char: string;
}

/** What is left on a terminal after a program wrote to it: the lines, each as spans. Knows what dteg's progress and colours use. */
export function screenOf(output: string): readonly (readonly Span[])[] {
  const lines: Cell[][] = [[]];
  let row = 0, column = 0, look = PLAIN;
  // deno-lint-ignore no-control-regex -- these are the terminal's own codes
  for (const [part, codes, kind] of output.matchAll(/\x1b\[([?\d;]*)([A-Za-z])|\r|\n|[^\x1b\r\n]/gu)) {
    if (part === "\r") column = 0;
    else if (part === "\n") {
      row++;
      lines[row] ??= [];
    } else if (kind === "A") row = Math.max(0, row - Number(codes || 1));
    else if (kind === "K") lines[row].length = Math.min(lines[row].length, column);
    else if (kind === "J") {
      lines.length = row + 1;
      lines[row].length = Math.min(lines[row].length, column);
    } else if (kind === "m") { for (const code of codes.split(";")) look = nextLook(look, Number(code)); }
    else if (kind === undefined) lines[row][column++] = { ...look, char: part };
  }
  return lines.map(spansOf);
}

function nextLook(look: Look, code: number): Look {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, dim: true };
  if (code === 22) return { ...look, bold: false, dim: false };
  if (code === 39) return { ...look, colour: undefined };
  return code >= 30 && code <= 37 ? { ...look, colour: code - 30 } : look;
}

function spansOf(cells: readonly (Cell | undefined)[]): readonly Span[] {
  const spans: Span[] = [];
  Array.from(cells, (cell) => cell ?? { ...PLAIN, char: " " }).forEach(({ char, ...look }, column) => {
    const last = spans.at(-1);
    const isSame = last && last.bold === look.bold && last.dim === look.dim && last.colour === look.colour;
    if (isSame) spans[spans.length - 1] = { ...last, text: last.text + char };
    else spans.push({ ...look, column, text: char });
  });
  return spans.filter(({ text }) => text.trim() !== "");
}
