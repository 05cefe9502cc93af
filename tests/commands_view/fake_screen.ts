import { openTerminal, type OutputSettings, type Sink, type Terminal } from "../../runtime/commands/terminal.ts";

/** A terminal whose standard error is drawn on a screen that tests can look at. */
export interface FakeScreen {
  readonly terminal: Terminal;
  /** What stands there now, without empty lines at the end. */
  lines(): readonly string[];
  /** All that was written, as it was. */
  written(): readonly string[];
}

/** Makes a screen; it obeys what live lines use: carriage return, newline, cursor up, erase to the end of line and screen. */
export function fakeScreen(
  { width = 80, height = 24, tty = true, env = {}, ...settings }: Partial<OutputSettings> & {
    readonly width?: number;
    readonly height?: number;
    readonly tty?: boolean;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): FakeScreen {
  const writes: string[] = [];
  let rows = [""];
  let row = 0, column = 0;
  const obey = (text: string) => {
    // deno-lint-ignore no-control-regex
    for (const [token, count, command] of text.matchAll(/\x1b\[(\d*)([A-Za-z])|[\s\S]/gu)) {
      if (command === "A") row = Math.max(0, row - Number(count || 1));
      else if (command === "K") rows[row] = rows[row].slice(0, column);
      else if (command === "J") rows = [...rows.slice(0, row), rows[row].slice(0, column)];
      else if (command === "m") continue; // colour takes no room
      else if (command) throw new Error(`the fake screen does not know ${JSON.stringify(token)}`);
      else if (token === "\r") column = 0;
      else if (token === "\n") [row, column] = [row + 1, 0];
      else {
        rows[row] = (rows[row].slice(0, column).padEnd(column) + token) + rows[row].slice(column + token.length);
        column += token.length;
      }
      rows[row] ??= "";
    }
  };
  const sink = (act: (text: string) => void): Sink => ({
    isTty: tty,
    write(bytes) {
      act(new TextDecoder().decode(bytes));
      return bytes.length;
    },
  });
  const err = sink((text) => {
    writes.push(text);
    obey(text);
  });
  const terminal = openTerminal(
    {
      out: sink(() => {}),
      err,
      inputIsTty: tty,
      env: { NO_COLOR: "1", ...env },
      width: () => width,
      height: () => height,
      readLine: () => Promise.resolve(undefined),
    },
    { json: false, logLevel: "info", logFormat: "text", noColour: false, quiet: false, ...settings },
  );
  return {
    terminal,
    lines: () => rows.slice(0, rows.findLastIndex((line) => line !== "") + 1),
    written: () => writes,
  };
}
