import { chosen } from "../test_version.ts";

chosen.version = "18"; // for what is imported after this file
