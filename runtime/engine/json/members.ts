/** A member of a JSON object: its key, and its value as it stands in the text. */
export interface Member {
  readonly key: string;
  readonly value: string;
}

/** The strings and marks of JSON text. Strings are not matched by a pattern: one of some MB is too long for that. */
export function* tokensOf(text: string): Generator<{ readonly token: string; readonly index: number }> {
  const mark = /["{}[\]:,]/g;
  for (let found; (found = mark.exec(text));) {
    const { 0: token, index } = found;
    if (token !== '"') {
      yield { token, index };
      continue;
    }
    let end = text.indexOf('"', index + 1);
    while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
    if (end < 0) return;
    yield { token: text.slice(index, end + 1), index };
    mark.lastIndex = end + 1;
  }
}

/** An odd number of backslashes stands before the place. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === "\\") first--;
  return (at - first) % 2 === 1;
}

/** The members of a text that is one JSON object, in their order and doubles too: `JSON.parse` sorts keys like `1` to the front and keeps the last of two. */
export function membersOf(text: string): Member[] {
  const members: Member[] = [];
  let depth = 0, key = "", from = 0, wantsKey = false;
  for (const { token, index } of tokensOf(text)) {
    const closes = token === "}" || token === "]";
    if (depth === 1 && !wantsKey && (token === "," || closes)) {
      members.push({ key, value: text.slice(from, index).trim() });
    }
    if (token === "{" || token === "[") depth++;
    else if (closes) depth--;
    else if (depth !== 1) continue;
    else if (token === ":") from = index + 1;
    else if (token !== "," && wantsKey) {
      key = JSON.parse(token);
      wantsKey = false;
      continue;
    }
    if ((token === "{" || token === ",") && depth === 1) wantsKey = true;
  }
  return members;
}
