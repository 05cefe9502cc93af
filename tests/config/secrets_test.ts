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
