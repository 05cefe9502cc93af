import { Buffer } from "node:buffer";
import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { Secrets } from "../../runtime/config/secrets.ts";

Deno.test("a secret is masked in every form that a log may give it", () => {
  const secret = 'p@ss "w/ö\\rd';
  const secrets = new Secrets();
  secrets.add(secret);
  const forms = [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).toLowerCase(),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString("hex"),
    Buffer.from(secret).toString("hex").toUpperCase(),
  ];
  for (const form of forms) equal(secrets.mask(`a ${form} b`), "a *** b");
});

Deno.test("a secret is masked inside base64, wherever it begins there", () => {
  const inside = fc.tuple(
    fc.string({ maxLength: 5 }),
    fc.string({ minLength: 6, maxLength: 20 }),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(fc.property(inside, ([before, secret, after]) => {
    const secrets = new Secrets();
    secrets.add(secret);
    const coded = Buffer.from(before + secret + after).toString("base64");
    ok(secrets.mask(coded).includes("***"), coded);
  }));
});

Deno.test("the password of a URL is a secret, as written and as meant, and so is a token in its options", () => {
  const secrets = new Secrets();
  secrets.addUrl("mysql://me:p%40ssw@h/db?token=abcdef&sslmode=require");
  equal(secrets.mask("p%40ssw p@ssw abcdef require me"), "*** *** *** require me");
});

Deno.test("of two secrets the longer one is masked whole, and short ones are left alone", () => {
  const secrets = new Secrets();
  for (const value of ["abcd", "abcdefgh", "xyz", ""]) secrets.add(value);
  equal(secrets.mask("abcdefgh abcd xyz"), "*** *** xyz");
});

Deno.test("odd passwords are masked in plain, percent-encoded and base64 form", () => {
  const odd = [
    "p@ss:w/rd%",
    "a b+c=d",
    "x?y#z&1",
    "ünïcödé",
    "${env.X}",
    "{{ x }}",
    "tab\there",
    "**$^[",
    "'quoted\"",
    "%41%zz",
  ];
  for (const secret of odd) {
    const secrets = new Secrets();
    secrets.add(secret);
    const forms = [
      secret,
      encodeURIComponent(secret),
      `postgres://u:${encodeURIComponent(secret)}@h/db`,
      Buffer.from(secret).toString("base64"),
      Buffer.from(`user:${secret}`).toString("base64"),
      JSON.stringify({ password: secret }),
    ];
    for (const form of forms) {
      const masked = secrets.mask(form);
      ok(masked.includes("***") && !masked.includes(secret) && !masked.includes(encodeURIComponent(secret)), masked);
    }
  }
});

Deno.test("a short password is masked where it is called one, and nowhere else", () => {
  const secrets = new Secrets();
  secrets.addUrl("postgres://ab:ab@h/ab");
  equal(secrets.mask("postgres://ab:ab@h/ab is ab"), "postgres://ab:***@h/ab is ab");
  equal(
    secrets.mask('{"user":"ab","password":"ab"} password=ab pwd: ab abc'),
    '{"user":"ab","password":"***"} password=*** pwd: *** abc',
  );
  equal(secrets.mask("password=abc"), "password=abc");
});

Deno.test("the password in any URL is masked, known or not", () => {
  equal(new Secrets().mask("mysql://u:p@ss@h/db and postgres://me@h"), "mysql://u:***@h/db and postgres://me@h");
});
