import { createHmac } from "node:crypto";
import { Buffer } from "node:buffer";
import { DtegError, type DuckSession } from "../../../sdk/mod.ts";

import type { PipelineStream } from "../../config/pipeline.ts";

/** SHA-256 takes its input in blocks of so many bytes. */
const BLOCK = 64;

/** The two keys of HMAC, as variables of the session: so the key stands in no statement, and thus in no message. */
const INNER = variable("dteg_mask_inner"), OUTER = variable("dteg_mask_outer");

function variable(name: string) {
  return {
    name,
    sql: `coalesce(CAST(getvariable('${name}') AS BLOB), CAST(error('the key of masks is not there') AS BLOB))`,
  };
}

/** True for a stream that needs the key. */
export function hashes({ columns }: Pick<PipelineStream, "columns">): boolean {
  return columns.some(({ mask }) => mask === "hash");
}

/** Lends the key of `mask: hash` to a session. */
export async function lendMaskKey(session: DuckSession, key: string): Promise<void> {
  const padded = Buffer.alloc(BLOCK);
  const bytes = Buffer.from(key);
  if (bytes.length > BLOCK) throw new DtegError("internal", "a key of masks is longer than a block of SHA-256");
  bytes.copy(padded);
  const hex = (pad: number) => Buffer.from(padded.map((byte) => byte ^ pad)).toString("hex");
  await session.run(`SET VARIABLE ${INNER.name} = unhex('${hex(0x36)}')`);
  await session.run(`SET VARIABLE ${OUTER.name} = unhex('${hex(0x5c)}')`);
}

/** SQL of the HMAC-SHA-256 of a text with the key that was lent, as 64 hex digits; NULL stays NULL. */
export function keyedHash(text: string): string {
  return `sha256(${OUTER.sql} || unhex(sha256(${INNER.sql} || encode(${text}))))`;
}

/** What tells one key from another, and nothing else of it. */
export function keyMark(key: string): string {
  return createHmac("sha256", key).update("dteg: which key this is").digest("hex").slice(0, 8);
}
