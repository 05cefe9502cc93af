import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  type ConnectionUrl,
  formatUrl,
  hidePasswords,
  parseUrl,
  schemeOf,
  urlLabel,
} from "../../runtime/config/url.ts";

Deno.test("a URL of a file keeps its path relative or absolute, and decodes it", () => {
  deepEqual(parseUrl("duckdb://rel.db"), { scheme: "duckdb", path: "rel.db", options: {} });
  deepEqual(parseUrl("duckdb:///abs/a.db"), { scheme: "duckdb", path: "/abs/a.db", options: {} });
  deepEqual(parseUrl("csv://-"), { scheme: "csv", path: "-", options: {} });
  deepEqual(parseUrl("CSV://a%20b%25.csv"), { scheme: "csv", path: "a b%.csv", options: {} });
  deepEqual(parseUrl("csv://data/a?#1.csv?skip=2&null=N%2FA"), {
    scheme: "csv",
    path: "data/a?#1.csv",
    options: { skip: "2", null: "N/A" },
  });
});

Deno.test("a URL of a server is split into its parts", () => {
  deepEqual(parseUrl("postgres://u%40x:p%40ss%2Fw%3A@[::1]:5433/shop?sslmode=require"), {
    scheme: "postgres",
    user: "u@x",
    password: "p@ss/w:",
    host: "::1",
    port: 5433,
    path: "shop",
    options: { sslmode: "require" },
  });
  deepEqual(parseUrl("s3://bucket/a/b/"), { scheme: "s3", host: "bucket", path: "a/b/", options: {} });
  deepEqual(parseUrl("postgres:///db"), { scheme: "postgres", path: "db", options: {} });
});

Deno.test("a URL that cannot be read says why, and does not show its password", () => {
  const bad = (text: string, message: RegExp) => throws(() => parseUrl(text), { code: "url.invalid", message });
  bad("orders.csv", /"orders.csv": it has no scheme/);
  bad("csv://", /names no file/);
  bad("csv://100%.csv", /%.c is no percent-encoded/);
  bad("postgres://u:secret@h:99999/d", /^cannot read the URL "postgres:\/\/u:\*\*\*@h:99999\/d": 99999 is no port$/);
  bad("postgres://u:sec/ret@h/d", /^cannot read the URL "postgres:\/\/u:\*\*\*@h\/d"/);
});

Deno.test("a path with colons is no URL", () => {
  deepEqual(["a:b.csv", "./x://y", "c:/x", "csv://x"].map(schemeOf), [undefined, undefined, undefined, "csv"]);
});

Deno.test("the label of a URL has no password and no options", () => {
  equal(urlLabel("postgres://u:pw@h:1/d?password=x"), "postgres://u@h:1/d");
  equal(urlLabel("csv://a%20b.csv?skip=1"), "csv://a%20b.csv");
  equal(hidePasswords('url: "postgres://u:p@ss@h/d"'), 'url: "postgres://u:***@h/d"');
});

Deno.test("what is formatted is parsed back, whatever it holds", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((s) => s.isWellFormed());
  const options = fc.dictionary(fc.stringMatching(/^[a-z_][a-z0-9_]{0,6}$/), fc.string({ unit: "grapheme" }), {
    maxKeys: 3,
    noNullPrototype: true,
  });
  const file = fc.record({ scheme: fc.constantFrom("csv", "duckdb", "file"), path: text, options });
  const server = fc.record({
    scheme: fc.constantFrom("postgres", "mysql"),
    user: text,
    password: text,
    host: fc.oneof(fc.domain(), fc.ipV6()),
    port: fc.integer({ min: 1, max: 65535 }),
    path: fc.oneof(text, fc.constant("")),
    options,
  });
  fc.assert(
    fc.property(
      fc.oneof<fc.Arbitrary<ConnectionUrl>[]>(file, server),
      (url) => deepEqual(parseUrl(formatUrl(url)), url),
    ),
  );
});

Deno.test("several servers keep their ports, in what is parsed and in the label", () => {
  const url = "postgres://u:p@127.0.0.1:1,[::1]:2/shop";
  equal(parseUrl(url).host, "127.0.0.1:1,[::1]:2");
  equal(urlLabel(url), "postgres://u@127.0.0.1:1,[::1]:2/shop");
});
