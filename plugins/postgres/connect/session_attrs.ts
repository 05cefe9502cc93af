import { DtegError } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";

/** What kinds of server `target_session_attrs` can ask for, as libpq has them. */
export const SESSION_ATTRS = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"] as const;
export type SessionAttrs = typeof SESSION_ATTRS[number];

interface Role {
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
}

const WANTS: Readonly<Record<SessionAttrs, (role: Role) => boolean>> = {
  any: () => true,
  "read-write": ({ isReadOnly }) => !isReadOnly,
  "read-only": ({ isReadOnly }) => isReadOnly,
  primary: ({ isStandby }) => !isStandby,
  standby: ({ isStandby }) => isStandby,
  "prefer-standby": ({ isStandby }) => isStandby,
};

/** What a server is: one that only follows another, one that only reads. */
export async function roleOf(session: PgSession): Promise<Role> {
  const [row] = await session.query(
    "SELECT current_setting('transaction_read_only') AS read_only, pg_catalog.pg_is_in_recovery()::text AS standby",
  );
  const isStandby = row.standby === "true";
  return { isStandby, isReadOnly: isStandby || row.read_only === "on" };
}

/** In what order kinds are looked for among all servers. */
export const searches = (attrs: SessionAttrs): readonly SessionAttrs[] =>
  attrs === "prefer-standby" ? [attrs, "any"] : [attrs];

/** Refuses, and ends, a session with a server of another kind. */
export async function requireRole(session: PgSession, attrs: SessionAttrs): Promise<void> {
  if (attrs === "any") return;
  const role = await roleOf(session);
  if (WANTS[attrs](role)) return;
  await session[Symbol.asyncDispose]();
  const kind = role.isStandby ? "a standby" : role.isReadOnly ? "a primary that is read-only" : "a primary";
  throw new DtegError(
    "connection.role",
    `cannot use ${session.label}: it is ${kind}, and target_session_attrs=${attrs} wants another kind of server`,
    { hint: "name more hosts, with commas, or leave target_session_attrs out" },
  );
}
