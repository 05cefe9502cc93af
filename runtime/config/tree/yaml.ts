import { type Document, parseAllDocuments } from "yaml";

/** The documents of a YAML 1.2 text, with their errors; at least one. */
export function parseYaml(text: string): readonly Document.Parsed[] {
  const documents = parseAllDocuments(text, {
    prettyErrors: false,
    intAsBigInt: true,
    logLevel: "silent",
    merge: false,
  });
  return "empty" in documents ? parseYaml("null\n") : documents;
}
