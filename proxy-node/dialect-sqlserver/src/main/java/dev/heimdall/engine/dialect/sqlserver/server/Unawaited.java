package dev.heimdall.engine.dialect.sqlserver.server;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.wire.ServerError;

/** A statement of the node's own that a client's wait for: the connection ends if it fails. */
final class Unawaited extends InternalQuery {
  private final String statement;

  Unawaited(String statement) {
    this.statement = statement;
  }

  @Override
  protected void done(ServerConnection from, ServerError error) {
    if (error != null && !from.closed()) {
      from.end().closeForState(statement, error);
    }
  }
}
