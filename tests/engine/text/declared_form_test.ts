import assert from "node:assert/strict";
import { checkForms } from "../../../runtime/engine/text/declared_form.ts";
import type { DataType } from "../../../sdk/mod.ts";
import { openSession } from "../stage_session.ts";

const stamp = (kind: "timestamp" | "timestamptz"): DataType => ({ kind, precision: 6 });

Deno.test("a form that cannot say its column exactly is refused before any row", async () => {
  await using stage = await openSession();
  const refused = async (timestampFormat: string, type: DataType) => {
    try {
      await checkForms(stage.session, { options: { timestampFormat, dateFormat: timestampFormat }, types: [type] });
      return "taken";
    } catch (error) {
      return (error as Error).message.replace(/^.*": /, "");
    }
  };
  const found = {
    "a zone for a timestamp": await refused("%Y-%m-%d %H:%M %z", stamp("timestamp")),
    "no zone for a timestamptz": await refused("%Y-%m-%d %H:%M", stamp("timestamptz")),
    "a zone for a date": await refused("%Y-%m-%d %z", { kind: "date" }),
    "no year": await refused("%d.%m.", { kind: "date" }),
    "no form": await refused("%Y %Q", { kind: "date" }),
    "a good form": await refused("%Y-%m-%d %H:%M %z", stamp("timestamptz")),
    "a form that no column needs": await refused("%H", { kind: "text" }),
  };
  assert.deepEqual(found, {
    "a zone for a timestamp":
      "it has a zone, and a column is declared as timestamp, which has none: declare timestamptz",
    "no zone for a timestamptz":
      "it has no zone, and a column is declared as timestamptz: declare timestamp, or add %z",
    "a zone for a date": "a date has no zone",
    "no year": "it has no year",
    "no form": "Unrecognized format for strftime/strptime: %Q",
    "a good form": "taken",
    "a form that no column needs": "taken",
  });
});
