import { DtegError, type FilesBatch } from "../../../sdk/mod.ts";

/** An error of reading JSON with the file and line at fault: the first line that is no object. */
export async function explainJson(error: DtegError, batch: FilesBatch): Promise<DtegError> {
  if (error.code !== "query.failed" && error.code !== "json.invalid") return error;
  if (error.code === "query.failed" && !/JSON|UTF-8/i.test(error.message)) return error;
  for (const [index, path] of batch.paths.entries()) {
    const fault = batch.format === "ndjson" ? await firstFault(path) : await wholeFault(path);
    if (!fault) continue;
    const name = batch.names[index];
    const where = fault.line ? `, line ${fault.line}` : "";
    const code = fault.isEncoding ? "file.encoding" : "json.invalid";
    return new DtegError(code, `cannot read "${name}"${where}: ${fault.reason}`, {
      path: name,
      line: fault.line,
      column: fault.column,
      cause: error,
      ...(fault.isEncoding && { hint: "declare the encoding, as `encoding: latin1`" }),
    });
  }
  const reason = error.message.split("\n")[0];
  return new DtegError("json.invalid", `cannot read "${batch.names[0]}": ${reason}`, {
    path: batch.names[0],
    cause: error,
  });
}

interface Fault {
  readonly line?: number;
  readonly reason: string;
  readonly column?: string;
  readonly isEncoding?: boolean;
}

async function firstFault(path: string): Promise<Fault | undefined> {
  using file = await Deno.open(path);
  let line = 0, rest = new Uint8Array();
  for await (const chunk of file.readable) {
    let from = 0;
    for (let feed; (feed = chunk.indexOf(10, from)) >= 0; from = feed + 1) {
      line++;
      const fault = faultOf(joined(rest, chunk.subarray(from, feed)));
      rest = new Uint8Array();
      if (fault) return { ...fault, line };
    }
    rest = joined(rest, chunk.subarray(from));
  }
  const fault = faultOf(rest);
  return fault && { ...fault, line: line + 1 };
}

async function wholeFault(path: string): Promise<Fault | undefined> {
  const bytes = await Deno.readFile(path);
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return undefined;
  } catch {
    return { reason: "it holds bytes that are no UTF-8", isEncoding: true };
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

function faultOf(bytes: Uint8Array): Fault | undefined {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).trim();
  } catch {
    return { reason: "it holds bytes that are no UTF-8", isEncoding: true };
  }
  if (text === "") return undefined;
  const start = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  let twice: string | undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { reason: `${start} is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { reason: `${start} is no object` };
  for (const [key, member] of Object.entries(value)) {
    if (!JSON.stringify([key, member]).isWellFormed() || /\\ud[89a-f]/i.test(JSON.stringify([key, member]))) {
      return { reason: `the text of "${key}" holds half of a surrogate pair, which is no character`, column: key };
    }
    if (text.split(`${JSON.stringify(key)}:`).length > 2) twice ??= key;
  }
  return twice === undefined ? undefined : { reason: `the key "${twice}" stands twice`, column: twice };
}
