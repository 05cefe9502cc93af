import { formatName } from "../../../sdk/mod.ts";
import type { End } from "../nasty.ts";
import type { Bench, Content, Lane, Plug } from "./plug.ts";

interface TextFile {
  readonly end: Extract<End, "csv" | "ndjson" | "json">;
  readonly bench: Bench;
  file(lane: Lane): string;
  read(text: string): Content;
  form: Plug["form"];
}

/** A format of text files. */
export function textFile({ end, bench: { folder }, file, read, form }: TextFile): Plug {
  const place = (source: End) => `${folder}/from_${source}_${end}`;
  return {
    end,
    source: { use: "file", config: { path: `${folder}/${end}` } },
    async fill(lanes) {
      await Deno.mkdir(`${folder}/${end}`, { recursive: true });
      return await Promise.all(lanes.map(async (lane) => {
        await Deno.writeTextFile(`${folder}/${end}/${lane.name}.${end}`, file(lane));
        const typed = lane.values.filter(({ from }) => from[end]?.type !== undefined);
        return {
          name: lane.name,
          columns: Object.fromEntries(typed.map(({ id, from }) => [id, { type: from[end]?.type }])),
        };
      }));
    },
    destination: (source) => ({ use: "file", config: { path: `${place(source)}/`, format: end } }),
    into: (_, stream) => formatName({ name: stream }),
    async read(source, stream) {
      const { files } = JSON.parse(await Deno.readTextFile(`${place(source)}/${stream}/_dteg_manifest.json`));
      const contents = await Promise.all(files.map(async ({ path }: { readonly path: string }) => {
        const bytes = await Deno.readFile(`${place(source)}/${stream}/${path}`);
        return read(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
      }));
      return { columns: contents[0].columns, rows: contents.flatMap(({ rows }) => rows) };
    },
    form,
    isNative: () => true, // a text file has no types
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
