/** RE2 pattern of JSON text that may hold a number which a double does not give back digit for digit. */
export const RISKY_NUMBER =
  "\\.[0-9]{12}|[0-9]{5}\\.[0-9]{8}|[0-9]{9}\\.[0-9]{4}|[0-9]{13}\\.[0-9]|[0-9]{13}[eE]|[eE][+-]?[0-9]{3}";

/** Put before a number that was made a string. No text of a file holds it by accident. */
export const NUMBER_MARK = "\u0001dteg-number:";
const MARKED = '"\\u0001dteg-number:';

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

/**
 * JSON text in which every number that a double would change is a marked string, so that a reader which takes numbers for doubles
 * passes its digits on. `marked` is called for each.
 */
export function markNumbers(marked: () => void): TransformStream<Uint8Array, Uint8Array> {
  let inString = false, escaped = false, token = "";
  const encoder = new TextEncoder();
  const isNumber = (byte: number) =>
    (byte >= 48 && byte <= 57) || byte === 43 || byte === 45 || byte === 46 || byte === 69 || byte === 101;

  function finished(): string {
    const text = token;
    token = "";
    const isInteger = !/[.eE]/.test(text);
    if (isInteger || isDoubleExact(text)) return text;
    marked();
    return `${MARKED}${text}"`;
  }

  return new TransformStream({
    transform(chunk, controller) {
      let from = 0;
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at];
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === 92) escaped = true;
          else if (byte === 34) inString = false;
          continue;
        }
        if (token !== "") {
          if (isNumber(byte)) {
            token += String.fromCharCode(byte);
            continue;
          }
          controller.enqueue(encoder.encode(finished()));
          from = at;
        }
        if (byte === 34) inString = true;
        else if (byte === 45 || (byte >= 48 && byte <= 57)) {
          if (at > from) controller.enqueue(chunk.slice(from, at));
          token = String.fromCharCode(byte);
          from = chunk.length;
        }
      }
      if (token === "" && from < chunk.length) controller.enqueue(chunk.slice(from));
    },
    flush(controller) {
      if (token !== "") controller.enqueue(encoder.encode(finished()));
    },
  });
}
