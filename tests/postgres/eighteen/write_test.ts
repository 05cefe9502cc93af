import "./use_eighteen.ts";
import "../write/write_test.ts";
