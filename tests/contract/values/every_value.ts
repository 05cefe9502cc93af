import type { Nasty } from "../nasty.ts";
import { GUESSES } from "./guesses.ts";
import { NATIVES } from "./natives.ts";
import { NESTED } from "./nested.ts";
import { NUMBERS } from "./numbers.ts";
import { TEXTS } from "./texts.ts";
import { TIMES } from "./times.ts";

/** The table of values that are easily bent on their way, each with its reason. */
export const VALUES: readonly Nasty[] = [...NUMBERS, ...TIMES, ...TEXTS, ...NESTED, ...GUESSES, ...NATIVES];
