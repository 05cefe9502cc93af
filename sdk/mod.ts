/** All that a connector is written against. @module */
export * from "./batch.ts";
export * from "./connector.ts";
export * from "./data_type.ts";
export * from "./destination.ts";
export * from "./error.ts";
export * from "./error_codes.ts";
export * from "./host.ts";
export * from "./nearest.ts";
export * from "./source.ts";
export * from "./sql.ts";
export * from "./table_name.ts";
