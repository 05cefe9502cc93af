/** Records of a CSV by the names of its header: a reader of its own, so that the test does not trust what it tests. */
export function parseCsv(text: string): Record<string, string>[] {
  const [header, ...records] = [...recordsOf(text)];
  return records.map((fields) => Object.fromEntries(header.map((name, index) => [name, fields[index]])));
}

function* recordsOf(text: string): Generator<string[]> {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let fields: string[] = [];
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (!found) throw new Error("not a CSV");
    const [, quoted, plain, end] = found;
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    yield fields;
    fields = [];
  }
}
