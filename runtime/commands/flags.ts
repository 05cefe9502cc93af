import type { WriteMode } from "../../sdk/mod.ts";
import { parseCount, parseDuration, parseMemory, parseSize } from "../config/size.ts";
import type { LogLevel } from "../store/event.ts";
import type { Flag } from "./command.ts";
import { assignment, end, intervalEnd, list, names, single, toggle, word } from "./flag_value.ts";
import type { LogFormat } from "./terminal.ts";

/** Flags of every command. */
export const GLOBAL = {
  json: toggle({ name: "json", summary: "Print one JSON object on standard output; all else goes to standard error" }),
  quiet: toggle({ name: "quiet", short: "q", summary: "Print errors only" }),
  verbose: toggle({ name: "verbose", short: "v", summary: "Tell more: the same as --log-level debug" }),
  logLevel: single<LogLevel>({
    name: "log-level",
    value: "LEVEL",
    choices: ["debug", "info", "warn", "error"],
    summary: "The least level that is told",
    default: "info",
  }),
  logFormat: single<LogFormat>({
    name: "log-format",
    value: "FORMAT",
    choices: ["text", "json"],
    summary: "Lines for people, or one JSON object a line",
    default: "text",
  }),
  noColor: toggle({ name: "no-color", summary: "No colour, also on a terminal (NO_COLOR does the same)" }),
  help: toggle({ name: "help", short: "h", summary: "Show the help of the command" }),
} as const;

/** Before any command only. */
export const VERSION: Flag<boolean> = toggle({ name: "version", summary: "Show the version" });

/** Flags that several commands share; each command picks its own. */
export const FLAGS = {
  file: list({ name: "file", short: "f", value: "FILE", summary: "A pipeline file; the same as naming it" }),
  config: single({
    name: "config",
    short: "c",
    value: "FILE",
    summary: "The project file",
    default: "dteg.yaml of this folder or the nearest above",
  }),
  env: single({
    name: "env",
    value: "NAME",
    summary: "The environment of the project",
    default: "dev, where dteg.yaml declares it",
  }),
  envFile: single({
    name: "env-file",
    value: "FILE",
    summary: "Read environment variables from a file; the real environment wins",
  }),
  set: list({
    name: "set",
    value: "PATH=VALUE",
    summary: "Change a setting of the pipeline: --set streams[0].write=append",
    parse: assignment,
  }),
  var: list({ name: "var", value: "NAME=VALUE", summary: "Give ${var.NAME} a value", parse: assignment }),
  from: single({
    name: "from",
    value: "SOURCE",
    summary: "Read from a URL, a path, a connection's name, or - for standard input",
    parse: end,
  }),
  stream: list({
    name: "stream",
    value: "NAME",
    summary: "The stream to load: a table, a file's base name; may be repeated",
  }),
  withUpstream: toggle({
    name: "with-upstream",
    summary: "Run the pipelines too that the chosen ones come after",
  }),
  to: single({
    name: "to",
    value: "TARGET",
    summary: "Write to a URL, a path, a connection's name, or - for standard output",
    parse: end,
  }),
  into: single({ name: "into", value: "NAME", summary: "The table or file that is written", default: "the stream's" }),
  write: single<WriteMode>({
    name: "write",
    value: "MODE",
    summary: "How rows meet what is there: append, replace, merge, or scd2, which keeps each version of a row",
    default: "merge with --key and --cursor, append with --cursor alone, else replace",
    parse: word({ now: ["append", "replace", "merge", "scd2"], later: [] }),
  }),
  key: list({ name: "key", value: "COLUMNS", summary: "The key of merge: --key id or --key a,b", parse: names }),
  cursor: list({
    name: "cursor",
    value: "COLUMNS",
    summary: "Read only what is new by a column whose values grow; of several the first that there is",
    parse: names,
  }),
  fullRefresh: toggle({
    name: "full-refresh",
    summary: "Read all of streams with a cursor, and put it in the place of what is there",
  }),
  intervalStart: single({
    name: "interval-start",
    value: "VALUE",
    summary: "Load again what of streams with a cursor is in an interval: its first date, time or number",
    parse: intervalEnd,
  }),
  intervalEnd: single({
    name: "interval-end",
    value: "VALUE",
    summary: "The end of that interval, which is not in it",
    parse: intervalEnd,
  }),
  name: single({
    name: "name",
    value: "NAME",
    summary: "The pipeline's name, which its state is kept under",
    default: "a hash of both ends",
  }),
  select: list({
    name: "select",
    value: "COLUMNS",
    summary: "Load these columns only: --select id,amount",
    parse: names,
  }),
  where: single({ name: "where", value: "SQL", summary: "Load only rows that meet a condition" }),
  limit: single({
    name: "limit",
    value: "N",
    summary: "At most this many rows of each stream",
    parse: parseCount,
  }),
  threads: single({
    name: "threads",
    value: "N",
    summary: "Streams and parts at a time, and DuckDB's threads",
    default: "the machine's cores",
    parse: parseCount,
  }),
  maxMemory: single({
    name: "max-memory",
    value: "SIZE",
    summary: "Memory of all of dteg's processes together: 256MB, 1GB, 512MiB",
    default: "half of what there is, at most 4GB",
    parse: parseMemory,
  }),
  maxTemp: single({
    name: "max-temp",
    value: "SIZE",
    summary: "Disk space for temporary files",
    default: "no limit",
    parse: parseSize,
  }),
  wait: single({
    name: "wait",
    value: "DURATION",
    summary: "Wait for a target that another run loads, as long as this: 10m",
    default: "it fails at once",
    parse: parseDuration,
  }),
  offline: toggle({ name: "offline", summary: "Connect to the two ends only, to nothing else" }),
  dryRun: toggle({ name: "dry-run", summary: "Show what would be done" }),
  yes: toggle({ name: "yes", short: "y", summary: "Answer yes to every question" }),
  out: single({ name: "out", short: "o", value: "FILE", summary: "Write the output to a file" }),
} as const;
