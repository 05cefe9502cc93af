/** Makes docs/run.svg: a real run in a real terminal. `deno run -A docs/picture.ts [DTEG]`; DTEG is dist/dteg unless said. */
import { resolve } from "node:path";
import { screenOf, type Span } from "./terminal_screen.ts";

const COLUMNS = 98, WIDTH = 8.4, HEIGHT = 20, EDGE = 20, BAR = 36;

const ROWS = 1_000_000;
const SESSION = [
  "dteg run orders.csv",
  "dteg query 'SELECT status, count(*) AS orders, sum(amount) AS total FROM orders GROUP BY ALL'",
  "head -c 40000000 orders.csv > copy.csv && mv copy.csv orders.csv    # a copy that broke off",
  "dteg run orders.csv",
  "dteg query 'SELECT count(*) AS orders FROM orders'                  # nothing is lost",
] as const;

const STYLE = `
  text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; white-space: pre }
  .back { fill: #f6f8fa; stroke: #d1d9e0 } .dot { fill: #d1d9e0 }
  .bold { font-weight: 600 } .dim { fill: #6e7781 }
  .c1 { fill: #cf222e } .c2 { fill: #1a7f37 } .c3 { fill: #9a6700 } .c4 { fill: #0969da } .c5 { fill: #8250df } .c6 { fill: #1b7c83 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .back { fill: #0d1117; stroke: #30363d } .dot { fill: #30363d } .dim { fill: #8b949e }
    .c1 { fill: #ff7b72 } .c2 { fill: #3fb950 } .c3 { fill: #d29922 } .c4 { fill: #58a6ff } .c5 { fill: #bc8cff } .c6 { fill: #39c5cf }
  }`;

async function main(binary: string): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.symlink(resolve(binary), `${folder}/dteg`);
    await writeOrders(`${folder}/orders.csv`);
    const lines: (readonly Span[])[] = [];
    for (const command of SESSION) {
      const prompt: Span = { column: 0, text: "$", bold: false, dim: true };
      lines.push([prompt, { column: 2, text: command, bold: true, dim: false }]);
      const shown = screenOf(await inTerminal(command, folder));
      lines.push(...trimmed(shown), []);
    }
    await Deno.writeTextFile(new URL("run.svg", import.meta.url), picture(lines.slice(0, -1)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The same rows each time. */
async function writeOrders(path: string): Promise<void> {
  const names = ["Kim Minji", "Lee Jiho", '"Park, Seojun"', "Choi Yuna", "Jung Hayun"];
  const states = ["paid", "paid", "paid", "open", "cancelled"];
  using file = await Deno.open(path, { write: true, createNew: true });
  const writer = file.writable.getWriter();
  const encoder = new TextEncoder();
  let text = "id,customer,postcode,amount,ordered_at,status\n";
  for (let id = 1; id <= ROWS; id++) {
    const mixed = (id * 2654435761) % 4294967296;
    const code = String(mixed % 63000).padStart(5, "0");
    const at = new Date(Date.UTC(2024, 0, 1) + id * 31_000).toISOString().replace(".000Z", "Z");
    text += `${id},${names[mixed % 5]},${code},${(mixed % 50000 / 100).toFixed(2)},${at},${states[mixed % 7 % 5]}\n`;
    if (text.length > 1 << 20 || id === ROWS) {
      await writer.write(encoder.encode(text));
      text = "";
    }
  }
  await writer.close();
}

/** All that a command writes to a terminal. */
async function inTerminal(command: string, folder: string): Promise<string> {
  const { stdout } = await new Deno.Command("script", {
    args: ["-qec", `stty cols ${COLUMNS} rows 40; ${command}`, "/dev/null"],
    cwd: folder,
    env: { PATH: `${folder}:${Deno.env.get("PATH")}`, TERM: "xterm-256color", COLUMNS: `${COLUMNS}`, NO_COLOR: "" },
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

function trimmed(lines: readonly (readonly Span[])[]): readonly (readonly Span[])[] {
  const last = lines.findLastIndex((spans) => spans.length > 0);
  return lines.slice(0, last + 1);
}

function picture(lines: readonly (readonly Span[])[]): string {
  const width = Math.ceil(COLUMNS * WIDTH + 2 * EDGE), height = BAR + lines.length * HEIGHT + EDGE;
  const texts = lines.flatMap((spans, row) => spans.map((span) => spanText(span, BAR + (row + 0.75) * HEIGHT)));
  const dots = [0, 1, 2].map((at) => `<circle class="dot" cx="${EDGE + 4 + at * 18}" cy="18" r="6"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    "<title>dteg in a terminal: a file is loaded and asked, and a broken file is refused</title>",
    `<style>${STYLE}\n</style>`,
    `<rect class="back" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...dots,
    ...texts,
    "</svg>\n",
  ].join("\n");
}

/** Its length is stated, so that columns stand below each other in any font. */
function spanText({ column, text, bold, dim, colour }: Span, y: number): string {
  const bare = text.trimEnd(), start = bare.length - bare.trimStart().length;
  const shown = bare.trimStart();
  const classes = [bold && "bold", dim && "dim", colour !== undefined && `c${colour}`].filter(Boolean).join(" ");
  const size = `x="${(EDGE + (column + start) * WIDTH).toFixed(1)}" y="${y}" textLength="${
    (shown.length * WIDTH).toFixed(1)
  }"`;
  return `<text ${size}${classes && ` class="${classes}"`}>${escape(shown)}</text>`;
}

const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

if (import.meta.main) await main(Deno.args[0] ?? new URL("../dist/dteg", import.meta.url).pathname);
