import { equal, match } from "node:assert/strict";
import { parametersOf } from "../../../plugins/mysql/parameters.ts";
import { connect } from "../../../plugins/mysql/session.ts";
import { holdName, releaseName } from "../../../plugins/mysql/write/names_held.ts";
import { DtegError } from "../../../sdk/mod.ts";
import { openServer } from "../server.ts";

Deno.test("who waits too long for another session is told which one it is", async () => {
  await using server = await openServer();
  const { signal } = new AbortController();
  const parameters = parametersOf({ url: server.url() }, { folder: "/" });
  await using holder = await connect(parameters, { signal });
  await using waiting = await connect(parameters, { signal });
  await holdName(holder, "dteg table x");
  const [{ id }] = await holder.query("SELECT CONNECTION_ID() AS id");
  const busy = await holdName(waiting, "dteg table x", { seconds: 1 }).then(() => undefined, (error) => error);
  equal(busy instanceof DtegError && busy.code, "state.busy");
  match(busy.message, new RegExp(`connection ${id}\\)`));
  await releaseName(holder, "dteg table x");
  await holdName(waiting, "dteg table x", { seconds: 1 });
});
