package dev.heimdall.engine.session;

import dev.heimdall.engine.action.RuleActions;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.client.NodeAccess;
import dev.heimdall.engine.console.Consoles;
import dev.heimdall.engine.session.statement.SessionEvents;
import dev.heimdall.engine.session.statement.SessionTraces;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.tracing.Tracing;
import java.util.Optional;

/**
 * Components that all sessions of the node share.
 *
 * @param access what their log-ins share
 * @param consoles the admin consoles' ways in
 * @param actions what rules want done away from the event loops
 * @param tracing where statements are traced; empty where they are not
 */
public record NodeContext(
    NodeAccess access,
    SessionEvents events,
    Consoles consoles,
    RuleActions actions,
    Optional<Tracing> tracing) {

  ServerConnector connector() {
    return access.connector();
  }

  /** Those of one session; null where statements are not traced. */
  SessionTraces traces(SqlDialect dialect, String vdb) {
    return tracing.map(to -> new SessionTraces(to, dialect, vdb)).orElse(null);
  }
}
