/** A page with one part, which begins with its heading `## …`, put in the place of the old one, else before the last part. */
export function withPart(page: string, part: string): string {
  const heading = part.slice(0, part.indexOf("\n") + 1);
  const old = partOf(page, heading.trim());
  if (old) return page.replace(old, () => `${part.trimEnd()}\n\n`);
  const last = page.lastIndexOf("\n## ") + 1;
  return `${page.slice(0, last)}${part.trimEnd()}\n\n${page.slice(last)}`;
}

/** The part of a page under a heading, up to the next. */
export function partOf(page: string, heading: string): string | undefined {
  const from = page.indexOf(`${heading}\n`);
  if (from < 0) return undefined;
  const to = page.indexOf("\n## ", from);
  return page.slice(from, to < 0 ? undefined : to + 1);
}
