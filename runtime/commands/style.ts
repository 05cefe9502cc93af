/** Colours and weights for text; without colour each gives its text back unchanged. */
export interface Style {
  readonly colour: boolean;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
  cyan(text: string): string;
}

/** What decides about colour. */
export interface ColourChoice {
  readonly isTty: boolean;
  /** `--no-color` was given. */
  readonly refused: boolean;
  readonly env: Readonly<Record<string, string>>;
}

/** Whether colour may be used: `--no-color` and NO_COLOR refuse it, FORCE_COLOR asks for it, else a capable terminal has it. */
export function allowsColour({ isTty, refused, env }: ColourChoice): boolean {
  if (refused || env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0";
  return isTty && env.TERM !== "dumb";
}

/** A style with or without colour. */
export function makeStyle({ colour }: { readonly colour: boolean }): Style {
  const paint = (open: number, close: number) => (text: string) =>
    colour && text ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    colour,
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    blue: paint(34, 39),
    cyan: paint(36, 39),
  };
}
