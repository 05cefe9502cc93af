import "./use_eighteen.ts";
import "../write_test.ts";
