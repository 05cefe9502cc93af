/** RE2 pattern of JSON text that may hold a number which a double does not give back digit for digit, or a zero with a sign. */
export const RISKY_NUMBER =
  "\\.[0-9]{12}|[0-9]{5}\\.[0-9]{8}|[0-9]{9}\\.[0-9]{4}|[0-9]{13}\\.[0-9]|[0-9]{13}[eE]|[eE][+-]?[0-9]{3}|[:\\[,]\\s*-0\\s*[,\\]}]";

/** True when reading the number as a double and writing it again gives the same value. */
export function isDoubleExact(token: string): boolean {
  const value = Number(token);
  return Number.isFinite(value) && digitsOf(String(value)) === digitsOf(token);
}

/** Significant digits and exponent, the same for every spelling of a number. */
function digitsOf(token: string): string {
  const [mantissa, exponent = "0"] = token.toLowerCase().replace(/^[-+]/, "").split("e");
  const [whole, fraction = ""] = mantissa.split(".");
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  if (digits === "") return "0";
  return `${digits}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(all.length - digits.length)}`;
}

/** How numbers are marked. */
export interface Marking {
  /** Put before a number that was made a string: a text that no file holds. */
  readonly mark: string;
  /** Every number whose spelling may change is marked, also where its value does not: it becomes part of a text. */
  readonly spelling: boolean;
}

/** A mark of its own for a read, so that no file can hold it. */
export const newMark = () => `dteg-number-${crypto.randomUUID()}:`;

/**
 * JSON text in which every number that a double would change is a marked string, so that a reader which takes numbers for doubles
 * passes its digits on. `marked` is called for each.
 */
export function markNumbers(
  marked: () => void,
  { mark, spelling }: Marking,
): TransformStream<Uint8Array, Uint8Array> {
  const encoder = new TextEncoder();
  let inString = false, escaped = false, token = "";

  /** The number that was read, as it is written; undefined where it stays as it is. */
  function replaced(): string | undefined {
    const isWhole = !/[.eE]/.test(token);
    if (isWhole ? token !== "-0" : !spelling && isDoubleExact(token)) return undefined;
    marked();
    return `"${mark}${token}"`;
  }

  return new TransformStream({
    transform(chunk, controller) {
      const out: Uint8Array[] = [];
      let from = 0; // what is not put out yet
      let start = token === "" ? 0 : -1; // where the number began
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at];
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === 92) escaped = true;
          else if (byte === 34) inString = false;
        } else if (token !== "" && isNumberByte(byte)) token += String.fromCharCode(byte);
        else {
          if (token !== "") {
            const text = replaced() ?? (start < 0 ? token : undefined);
            if (text !== undefined) {
              out.push(chunk.subarray(from, Math.max(start, from)), encoder.encode(text));
              from = at;
            }
            token = "";
          }
          if (byte === 34) inString = true;
          else if (byte === 45 || (byte >= 48 && byte <= 57)) {
            token = String.fromCharCode(byte);
            start = at;
          }
        }
      }
      const end = token === "" ? chunk.length : Math.max(start, from);
      out.push(chunk.subarray(from, end));
      controller.enqueue(joined(out));
    },
    flush(controller) {
      if (token !== "") controller.enqueue(encoder.encode(replaced() ?? token));
    },
  });
}

const isNumberByte = (byte: number) =>
  (byte >= 48 && byte <= 57) || byte === 43 || byte === 45 || byte === 46 || byte === 69 || byte === 101;

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
