import { makeStyle, type Style } from "../style.ts";
import { formatCount } from "./numbers.ts";
import { cutText, padText, textWidth } from "./text_width.ts";
import { visibleText } from "./visible_text.ts";

/** A bar of a chart. */
export interface Bar {
  readonly label: string;
  readonly value: number;
}

/** How a chart is printed. */
export interface ChartOptions {
  readonly width?: number;
  readonly style?: Style;
  /** What stands behind a bar. */
  readonly format?: (value: number) => string;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const LABEL_WIDTH = 24;

/** Bars beside their labels, to the scale of the largest; a value below zero has no bar. */
export function barChart(
  bars: readonly Bar[],
  { width = 80, style = makeStyle({ colour: false }), format = formatCount }: ChartOptions = {},
): string {
  const labels = bars.map(({ label }) => cutText(visibleText(label), LABEL_WIDTH));
  const values = bars.map(({ value }) => format(value));
  const labelWidth = Math.max(0, ...labels.map(textWidth));
  const valueWidth = Math.max(0, ...values.map(textWidth));
  const room = Math.max(1, width - labelWidth - valueWidth - 4);
  const most = Math.max(0, ...bars.map(({ value }) => value));
  return bars.map(({ value }, at) => {
    const eighths = most > 0 ? Math.max(0, Math.round(value / most * room * 8)) : 0;
    const bar = "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
    const shown = bar === "" && value > 0 ? EIGHTHS[1] : bar;
    return `${padText(labels[at], labelWidth)}  ${style.cyan(shown)}${shown && " "}${values[at]}\n`;
  }).join("");
}
