import { fromSource } from "./start_dteg.ts";
import { defineValueTests } from "./value_tests.ts";

await defineValueTests(fromSource());
