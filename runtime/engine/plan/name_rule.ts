import type { NameRule } from "../../config/pipeline.ts";

/**
 * The name that a column or table would have in the target. `fold`: in lower case, as the target folds names without quotes. `snake`:
 * words in lower case with `_` between them, nothing else than letters and digits, and no digit first.
 */
export function ruledName(name: string, rule: NameRule = "keep"): string {
  switch (rule) {
    case "keep":
      return name;
    case "fold":
      return name.toLowerCase();
    case "snake":
      return snake(name);
  }
}

function snake(name: string): string {
  const words = name.normalize("NFC")
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1_$2") // orderId, v2Name
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1_$2") // HTTPServer
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "_").toLowerCase();
  const inner = words.replace(/^_+|_+$/g, "");
  const start = /^_/.test(name) ? "_" : ""; // a name that begins with _ is meant so
  return /^\p{N}/u.test(inner) && start === "" ? `_${inner}` : `${start}${inner}` || "_";
}
