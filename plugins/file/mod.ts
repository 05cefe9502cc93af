import { type Static, Type } from "@sinclair/typebox";
import { defineConnector } from "../../sdk/mod.ts";
import { fileDestination } from "./write/destination.ts";
import { FILE_FORMATS } from "./format.ts";
import { fileSource } from "./read/source.ts";

const reading = {
  format: Type.Optional(
    Type.Union([
      Type.Literal("csv"),
      Type.Literal("tsv"),
      Type.Literal("json"),
      Type.Literal("ndjson"),
      Type.Literal("parquet"),
    ], {
      description: "Format of the files. Default: by the ending of the name, else by content.",
    }),
  ),
  delimiter: Type.Optional(
    Type.String({ minLength: 1, maxLength: 1, description: "CSV: character between fields. Default: found." }),
  ),
  quote: Type.Optional(
    Type.String({ maxLength: 1, description: 'CSV: quote character; empty for none. Default: `"`.' }),
  ),
  escape: Type.Optional(
    Type.String({ maxLength: 1, description: "CSV: character before a quote inside quotes. Default: the quote." }),
  ),
  header: Type.Optional(Type.Boolean({ description: "CSV: the first line holds the names. Default: found." })),
  null: Type.Optional(Type.String({ description: "CSV: unquoted text that stands for NULL, beside an empty field." })),
  encoding: Type.Optional(
    Type.String({ description: "Encoding of text, any label of WHATWG: latin1, euc-kr, utf-16le. Default: utf-8." }),
  ),
  skip: Type.Optional(Type.Integer({ minimum: 0, description: "CSV: lines to leave out before the header." })),
  date_format: Type.Optional(Type.String({ description: "strptime form of columns declared as date, as `%d.%m.%Y`." })),
  timestamp_format: Type.Optional(
    Type.String({ description: "strptime form of columns declared as timestamp or timestamptz." }),
  ),
  compression: Type.Optional(
    Type.Union([
      Type.Literal("none"),
      Type.Literal("gzip"),
      Type.Literal("zstd"),
      Type.Literal("snappy"),
      Type.Literal("lz4_raw"),
      Type.Literal("uncompressed"),
    ], {
      description:
        "Source: none, gzip or zstd; default: by content. Destination: of CSV and JSON by ending, of Parquet zstd.",
    }),
  ),
  filename_column: Type.Optional(
    Type.String({ minLength: 1, description: "Name of a column that gets the name of each row's file." }),
  ),
};

const config = Type.Object({
  path: Type.String({ minLength: 1, description: "A file, a folder, a pattern with * ? [] {} **, or - for a pipe." }),
  ...reading,
  row_group_size: Type.Optional(
    Type.Integer({ minimum: 1024, description: "Parquet: rows a row group. Default: 122880." }),
  ),
}, { additionalProperties: false });

const stream = Type.Object({
  path: Type.Optional(
    Type.String({ minLength: 1, description: "File or pattern of this stream, from the folder of the connection." }),
  ),
  ...reading,
}, { additionalProperties: false });

/** Settings of the connector. */
export type FileConfig = Static<typeof config>;
/** What a stream may set. */
export type FileStreamSettings = Static<typeof stream>;

/** CSV, TSV, JSON, NDJSON and Parquet, in files, folders and pipes, both ways. */
export const fileConnector = defineConnector<FileConfig>({
  name: "file",
  summary: "CSV, TSV, JSON, NDJSON and Parquet files, folders and pipes",
  config,
  stream,
  schemes: ["file", ...FILE_FORMATS],
  examples: [
    { title: "One CSV file", config: "path: data/orders.csv" },
    {
      title: "All gzipped CSV files below a folder, semicolons between fields",
      config: 'path: "data/**/*.csv.gz"\ndelimiter: ";"',
    },
    { title: "A folder of Parquet files as destination", config: "path: out/\nformat: parquet" },
  ],
  source: (settings, host) => fileSource(settings, host),
  destination: (settings, host) => fileDestination(settings, host),
});
