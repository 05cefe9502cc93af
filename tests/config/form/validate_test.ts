import { deepEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { validate } from "../../../runtime/config/form/validate.ts";
import { parseTree } from "../../../runtime/config/read.ts";

const closed = { additionalProperties: false };
const SCHEMA = Type.Object({
  end: Type.Optional(Type.Union([
    Type.String(),
    Type.Object({ connection: Type.String() }, closed),
    Type.Object({ use: Type.String(), config: Type.Optional(Type.Object({})) }, closed),
  ])),
  list: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }))),
  one: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
  port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535 })),
  password: Type.Optional(Type.String()),
}, { ...closed, title: "a thing" });

const told = (text: string) =>
  validate(SCHEMA, parseTree(text, "f.yaml")).map(({ message, hint }) => hint ? `${message} (${hint})` : message);

Deno.test("of a union the branch that was most likely meant speaks", () => {
  deepEqual(told("end: { use: a, confg: {} }"), ['this mapping has no key "confg" (did you mean "config"?)']);
  deepEqual(told("end: { conection: a }"), ['this mapping has no key "conection" (did you mean "connection"?)']);
  deepEqual(told("end: [1]"), ['"end" is a list, wanted text or a mapping']);
});

Deno.test("an item is named by its number, and bounds are said", () => {
  deepEqual(told("list: [1, x, 0]"), [
    'item 2 of "list" is "x", wanted a whole number from 1 up',
    'item 3 of "list" is the number 0, wanted a whole number from 1 up',
  ]);
  deepEqual(told("port: 70000"), ['"port" is the number 70000, wanted a whole number from 1 to 65535']);
  deepEqual(told('one: ";;"'), ['"one" is ";;", wanted text of at most 1 character']);
  deepEqual(told('one: ""'), ['"one" is "", wanted text that is not empty']);
});

Deno.test("what YAML reads as something else than text is to be put in quotes", () => {
  deepEqual(told("one: 1"), ['"one" is the number 1, wanted text (put it in quotes: "1")']);
  deepEqual(told("one: null"), [
    '"one" is empty, wanted text (give it a value, put a word such as null in quotes, or leave the key out)',
  ]);
});

Deno.test("the value of a secret is not quoted", () => {
  deepEqual(told("password: 123456"), ['"password" is a number, wanted text (put it in quotes)']);
});
