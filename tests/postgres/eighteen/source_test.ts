import "./use_eighteen.ts";
import "../source_test.ts";
