import assert from "node:assert/strict";
import { posix } from "node:path";
import { stalePages } from "../../docs/generate.ts";
import { type Page, readPages, ROOT } from "./markdown_pages.ts";

const pages = await readPages();
const links = pages.flatMap((page) => linksOf(page).map((link) => ({ page, link })));

/** Targets of links and pictures outside of blocks and code. */
function linksOf({ text }: Page): readonly string[] {
  const plain = text.replace(/^```.*?^```$/gms, "").replace(/`[^`\n]*`/g, "");
  return [...plain.matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g)].map(([, inline, tag]) =>
    inline ?? tag
  );
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf({ text }: Page): readonly string[] {
  const plain = text.replace(/^```.*?^```$/gms, "");
  return [...plain.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
  );
}

Deno.test("links lead to files and headings that are there", async () => {
  const broken: string[] = [];
  for (const { page, link } of links) {
    if (/^https?:/.test(link)) continue;
    const [file, anchor] = link.split("#");
    const path = file === "" ? page.path : posix.normalize(posix.join(posix.dirname(page.path), file));
    const isThere = await Deno.stat(ROOT + path).then(() => true, () => false);
    const target = pages.find((candidate) => candidate.path === path);
    if (!isThere || (anchor !== undefined && !(target && anchorsOf(target).includes(anchor)))) {
      broken.push(`${page.path}: ${link}`);
    }
  }
  assert.deepEqual(broken, []);
});

Deno.test("every page of docs/ is linked from the README", () => {
  const linked = links.filter(({ page }) => page.path === "README.md").map(({ link }) => link.split("#")[0]);
  const missing = pages.map(({ path }) => path).filter((path) => path.startsWith("docs/") && !linked.includes(path));
  assert.deepEqual(missing, []);
});

Deno.test("made pages are as their data", async () => {
  assert.deepEqual(await stalePages({ write: false }), []);
});

Deno.test("the changelog has a section for what is not released yet", () => {
  const { text } = pages.find(({ path }) => path === "CHANGELOG.md")!;
  assert.equal(/^## (.*)$/m.exec(text)?.[1], "Unreleased");
});

Deno.test("the licence is the Apache License 2.0", async () => {
  const text = await Deno.readTextFile(`${ROOT}LICENSE`);
  assert.match(text, /^\s+Apache License\n\s+Version 2\.0, January 2004\n/);
  assert.ok(text.includes("END OF TERMS AND CONDITIONS"));
});
