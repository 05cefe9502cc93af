import { formatCount } from "../../../runtime/commands/view/numbers.ts";
import { SHAPES } from "./memory_data.ts";
import { ENDS, isTable } from "./memory_place.ts";

export const LIMITS = ["256MB", "512MB", "unlimited"] as const;

/** What one load took. */
export interface Cell {
  readonly megabytes: number;
  readonly seconds: number;
  /** Nobody else used the machine as it began: else its time tells nothing. */
  readonly isQuiet: boolean;
  /** The code of the error where memory did not do. */
  readonly error?: string;
}

/** The page of all cells, by `SHAPE:FROM-TO LIMIT WRITE`. */
export function memoryPage(cells: Readonly<Record<string, Cell>>): string {
  return `# Memory

Made by \`./task bench -- --only memory\`. For each pair of source and target the highest memory of dteg's whole process tree, read from
\`/proc\` while it ran, and its time as a multiple of the same load with 16GB. Pages that processes share count for each of them. Every target was read back: count and a sum.
A merge brings as many rows as the table has, and changes one in ten. **Bold** is more than the limit, or more than 1.5 times as
long; no time is shown where others used the machine. Servers run beside dteg and are not counted.

${
    SHAPES.map(({ title, name, rows }) => `## ${title}\n\n${formatCount(rows)} rows.\n\n${table(name, cells)}`).join(
      "\n\n",
    )
  }
`;
}

function table(shape: string, cells: Readonly<Record<string, Cell>>): string {
  const rows = ENDS.flatMap((from) =>
    ENDS.flatMap((to) =>
      (isTable(to) ? ["replace", "merge"] : ["replace"]).map((write) => {
        const at = (limit: string) => cells[`${shape}:${from}-${to} ${limit} ${write}`];
        const limited = ["256MB", "512MB"].map((limit) =>
          cellText(at(limit), { limit: parseInt(limit), free: at("unlimited") })
        );
        return `| ${from} to ${to} | ${write} | ${limited.join(" | ")} | ${at("unlimited")?.megabytes || "–"} MB |`;
      })
    )
  );
  return ["| | | 256MB | 512MB | 16GB |", "| --- | --- | ---: | ---: | ---: |", ...rows].join("\n");
}

function cellText(cell: Cell | undefined, { limit, free }: { readonly limit: number; readonly free?: Cell }): string {
  if (!cell) return "–";
  if (cell.error) return `\`${cell.error}\``;
  const bold = (text: string, isOver: boolean) => isOver ? `**${text}**` : text;
  const memory = bold(`${cell.megabytes} MB`, cell.megabytes > limit);
  if (!cell.isQuiet || !free?.isQuiet || free.error) return memory;
  const times = cell.seconds / free.seconds;
  return `${memory}, ${bold(`${times.toFixed(1)}x`, times > 1.5)}`;
}
