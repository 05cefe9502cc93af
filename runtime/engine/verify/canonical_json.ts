const TOKEN = /"(?:[^"\\]|\\[\s\S])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/y;
const BLANK = /[ \t\r\n]*/y;

/**
 * One text for all spellings of a JSON value: no blanks, members in the order of their names, of doubles the last, strings without needless
 * escapes, numbers by their value, digit for digit. What is no JSON stays as it is.
 */
export function canonicalJson(text: string): string {
  let at = 0;

  function next(): string {
    BLANK.lastIndex = at;
    at += BLANK.exec(text)![0].length;
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) throw new SyntaxError("no JSON");
    at += token.length;
    return token;
  }

  function value(token: string): string {
    if (token === "{") return object();
    if (token === "[") return array();
    if (token[0] === '"') return JSON.stringify(JSON.parse(token));
    if (token === "true" || token === "false" || token === "null") return token;
    if (/^[-\d]/.test(token)) return canonicalNumber(token);
    throw new SyntaxError("no JSON");
  }

  function object(): string {
    const members = new Map<string, string>();
    let token = next();
    while (token !== "}") {
      if (token[0] !== '"') throw new SyntaxError("no JSON");
      const name = JSON.stringify(JSON.parse(token));
      if (next() !== ":") throw new SyntaxError("no JSON");
      members.set(name, value(next()));
      token = next();
      if (token === ",") token = next();
      else if (token !== "}") throw new SyntaxError("no JSON");
    }
    const names = [...members.keys()].sort();
    return `{${names.map((name) => `${name}:${members.get(name)}`).join(",")}}`;
  }

  function array(): string {
    const items: string[] = [];
    let token = next();
    while (token !== "]") {
      items.push(value(token));
      token = next();
      if (token === ",") token = next();
      else if (token !== "]") throw new SyntaxError("no JSON");
    }
    return `[${items.join(",")}]`;
  }

  try {
    const made = value(next());
    return text.slice(at).trim() === "" ? made : text;
  } catch {
    return text; // a text that only looks like JSON is compared as it is
  }
}

/** Digits and exponent, the same for every spelling of a number: 1.50, 1.5 and 15e-1 are `15e-1`. */
function canonicalNumber(token: string): string {
  const [mantissa, exponent = "0"] = token.toLowerCase().replace(/^-/, "").split("e");
  const [whole, fraction = ""] = mantissa.split(".");
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  if (digits === "") return "0";
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(all.length - digits.length);
  return `${token[0] === "-" ? "-" : ""}${digits}${power === 0n ? "" : `e${power}`}`;
}
