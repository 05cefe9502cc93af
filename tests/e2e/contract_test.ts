import { fromBinary } from "../contract/start_dteg.ts";
import { defineValueTests } from "../contract/value_tests.ts";

await defineValueTests(fromBinary());
