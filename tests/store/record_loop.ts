/** Records log lines without end, or as many as are asked for, and tells each one after it is kept: `FOLDER RUN [COUNT]`. */
import { openRunStore } from "../../runtime/store/run_store.ts";
import { ended, logged, runReport, started } from "./sample_events.ts";

if (import.meta.main) {
  const [folder, run, count = "Infinity"] = Deno.args;
  const store = openRunStore(folder);
  store.record(started(run, Date.now()));
  for (let n = 1; n <= Number(count); n++) {
    store.record(logged(run, Date.now(), String(n)));
    if (count === "Infinity") Deno.stdout.writeSync(new TextEncoder().encode(`${n}\n`));
  }
  store.record(ended(run, Date.now(), runReport(run, [])));
}
