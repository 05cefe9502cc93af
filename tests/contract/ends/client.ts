import { pythonWithClients } from "../../python_packages.ts";

/** Python with pyarrow and DuckDB's own client, kept for many requests. */
export interface Client extends AsyncDisposable {
  call<T>(operation: string, options: Readonly<Record<string, unknown>>): Promise<T>;
}

export async function openClient(): Promise<Client> {
  const script = new URL("clients.py", import.meta.url).pathname;
  const child = new Deno.Command(await pythonWithClients(), {
    args: [script],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const replies = linesOf(child.stdout);
  let last: Promise<unknown> = Promise.resolve();
  return {
    call<T>(operation: string, options: Readonly<Record<string, unknown>>): Promise<T> {
      const reply = last.catch(() => {}).then(async () => {
        await writer.write(new TextEncoder().encode(`${JSON.stringify({ do: operation, with: options })}\n`));
        const { value } = await replies.next();
        const { result, error } = JSON.parse(value ?? '{"error":"the client has ended"}');
        if (error !== undefined) throw new Error(`${operation} ${JSON.stringify(options).slice(0, 300)}: ${error}`);
        return result as T;
      });
      last = reply;
      return reply;
    },
    async [Symbol.asyncDispose]() {
      await writer.close();
      await child.status;
      await replies.return?.(undefined);
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  return undefined;
}
