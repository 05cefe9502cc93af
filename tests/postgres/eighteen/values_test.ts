import "./use_eighteen.ts";
import "../values_test.ts";
