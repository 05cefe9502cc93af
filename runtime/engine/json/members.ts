/** A member of a JSON object: its key, and its value as it stands in the text. */
export interface Member {
  readonly key: string;
  readonly value: string;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs;

/** The members of a text that is one JSON object, in their order and doubles too: `JSON.parse` sorts keys like `1` to the front and keeps the last of two. */
export function membersOf(text: string): Member[] {
  const members: Member[] = [];
  let depth = 0, key = "", from = 0, wantsKey = false;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
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
