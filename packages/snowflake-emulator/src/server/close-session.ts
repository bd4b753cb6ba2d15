import type { QueryRegistry } from './queries.ts';
import type { Session, SessionStore } from './sessions.ts';

/** Ends a session: its tokens first, then its running statements, then its engine side. */
export async function closeSession(
  parts: { readonly sessions: SessionStore; readonly queries: QueryRegistry },
  session: Session,
): Promise<void> {
  parts.sessions.remove(session);
  await parts.queries.cancelAll(session);
  await session.sql.close();
}
