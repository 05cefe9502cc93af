// Both packages are CommonJS: their names are given on from here, and this module is imported lazily.
// @ts-types="@types/pg"
import pg from "pg";
// @ts-types="@types/pg-copy-streams"
import { from as copyFrom } from "pg-copy-streams";

export { copyFrom };
export const { Client } = pg;
export type PgClient = InstanceType<typeof pg.Client>;
