import "./use_eighteen.ts";
import "../read/source_test.ts";
