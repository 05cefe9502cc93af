import { formatName } from "../../../sdk/mod.ts";
import type { End, Nasty } from "../nasty.ts";
import type { Client } from "./client.ts";
import type { Bench, Content, Plug } from "./plug.ts";

/** What `dteg plan` calls a type of Parquet, as pyarrow calls it. */
const NATIVE: Readonly<Record<string, string>> = {
  BOOLEAN: "bool",
  FLOAT: "float",
  DOUBLE: "double",
  STRING: "string",
  BYTE_ARRAY: "binary",
  DATE: "date32[day]",
  "TIME(MICROS)": "time64[us]",
  "TIMESTAMP(MICROS)": "timestamp[us]",
  "TIMESTAMP(MILLIS)": "timestamp[ms]",
  "TIMESTAMP(NANOS)": "timestamp[ns]",
  "TIMESTAMP(MICROS, UTC)": "timestamp[us, tz=UTC]",
  UUID: "extension<arrow.uuid>",
  JSON: "extension<arrow.json>",
};

/** Parquet, by pyarrow. */
export function parquetPlug({ folder }: Bench, client: Client): Plug {
  const place = (source: End) => `${folder}/from_${source}_parquet`;
  return {
    end: "parquet",
    split: (values) =>
      Object.groupBy(values, ({ from }) => from.parquet?.type === "INT96" ? "int96" : "wide") as Record<
        string,
        Nasty[]
      >,
    source: { use: "file", config: { path: `${folder}/parquet` } },
    async fill(lanes) {
      await Deno.mkdir(`${folder}/parquet`, { recursive: true });
      return await Promise.all(lanes.map(async ({ name, values }) => {
        const columns = values.map(({ id, from }) => [id, from.parquet?.value]);
        // columns of INT96 are a choice of the whole file
        const options = { use_deprecated_int96_timestamps: values.some(({ from }) => from.parquet?.type === "INT96") };
        await client.call("make_parquet", { path: `${folder}/parquet/${name}.parquet`, columns, options });
        return { name };
      }));
    },
    destination: (source) => ({ use: "file", config: { path: `${place(source)}/`, format: "parquet" } }),
    into: (_, stream) => formatName({ name: stream }),
    async read(source, stream) {
      const { files } = JSON.parse(await Deno.readTextFile(`${place(source)}/${stream}/_dteg_manifest.json`));
      const contents = await Promise.all(
        files.map(({ path }: { readonly path: string }) =>
          client.call<Content>("read_parquet", { path: `${place(source)}/${stream}/${path}` })
        ),
      );
      return { columns: contents[0].columns, rows: contents.flatMap(({ rows }) => rows) };
    },
    form: (kind, text, type) => {
      if (kind === "bytes" && type !== "binary") throw new Error(`bytes as ${type}`);
      return text;
    },
    isNative: (type, planned) => {
      const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(planned);
      if (decimal) return type === `decimal128(${decimal[1]}, ${decimal[2]})`;
      if (planned === "LIST" || planned === "STRUCT") return type.startsWith(`${planned.toLowerCase()}<`);
      return type === (NATIVE[planned] ?? planned.toLowerCase());
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
