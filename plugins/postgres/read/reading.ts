import type { Host, ReadRequest } from "../../../sdk/mod.ts";
import type { PgColumn, Relation } from "../catalog.ts";
import type { Parameters } from "../parameters.ts";
import type { WhatToRead } from "./picture.ts";
import type { PgSession } from "../session.ts";

/** Something to read: a relation or a query, with the columns that are wanted. */
export interface Reading {
  readonly parameters: Parameters;
  readonly session: PgSession;
  readonly host: Host;
  readonly request: ReadRequest;
  readonly columns: readonly PgColumn[];
  readonly relation?: Relation;
  /** SQL after FROM. */
  readonly from: string;
  /** Finds what another request wants. */
  readonly whatToRead: WhatToRead;
}

/** SQL after the list of columns. A condition may end in a comment. */
export function restOf({ request: { where, limit }, from }: Pick<Reading, "request" | "from">): string {
  return `FROM ${from}${where === undefined ? "" : ` WHERE (${where}\n)`}${
    limit === undefined ? "" : ` LIMIT ${limit}`
  }`;
}

/** The reading with one condition more. */
export function withWhere(reading: Reading, condition: string): Reading {
  const { where } = reading.request;
  return {
    ...reading,
    request: { ...reading.request, where: where === undefined ? condition : `(${where}\n) AND ${condition}` },
  };
}
