import { quoteText } from "../../sdk/mod.ts";

/** Settings under which a value's text, and a literal of a statement, mean the same whatever role, database and session say. */
const TEXT_FORMS: Readonly<Record<string, string>> = {
  TimeZone: "UTC",
  DateStyle: "ISO, YMD",
  IntervalStyle: "postgres",
  extra_float_digits: "1",
  bytea_output: "hex",
  xmloption: "content",
  standard_conforming_strings: "on",
};

/** Statements that set the text forms for the transaction that is open. */
export function localForms(): string {
  return Object.entries(TEXT_FORMS).map(([name, value]) => `SET LOCAL ${name} = ${quoteText(value)}`).join("; ");
}

/** The same as a query, for where only a query can be sent; its column `pid` names the server's process. */
export function localFormsQuery(): string {
  const list = Object.entries(TEXT_FORMS).map(([name, value]) =>
    `pg_catalog.set_config(${quoteText(name)}, ${quoteText(value)}, true) AS ${name.toLowerCase()}`
  );
  return `SELECT ${list.join(", ")}, pg_catalog.pg_backend_pid() AS pid`;
}
