import { choose } from "../test_version.ts";

/** The files beside this one import it first, and then tests that another PostgreSQL has passed. */
export const version = choose("18");
