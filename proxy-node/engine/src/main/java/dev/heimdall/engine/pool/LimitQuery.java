package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.prepared.HeldStatements;
import dev.heimdall.engine.wire.ServerError;
import java.util.List;
import java.util.regex.Pattern;

/** Learns how many prepared statements a server takes, on a connection that nobody uses yet. */
final class LimitQuery extends InternalQuery {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  private final ServerConnector.Handler then;

  private LimitQuery(ServerConnector.Handler then) {
    super(true);
    this.then = then;
  }

  /** Hands a new connection on, once the server's limit was read on it where that is due. */
  static void before(ServerConnection connection, ServerConnector.Handler then) {
    HeldStatements held = connection.statements().server();
    if (!held.readsLimit(connection.context().nanoTime())
        || !connection.requests().readStatementLimit(new LimitQuery(then))) {
      then.connected(connection);
    }
  }

  @Override
  protected void done(ServerConnection from, ServerError error) {
    if (from.closed()) {
      String why = error == null ? "the connection was closed" : error.message();
      then.failed(ConnectFailure.unreachable(why));
      return;
    }
    List<List<String>> rows = error == null ? rows() : List.of();
    String limit = rows.isEmpty() || rows.get(0).isEmpty() ? null : rows.get(0).get(0);
    if (limit != null && NUMBER.matcher(limit).matches()) { // other servers may have none
      from.statements().server().limit(Integer.parseInt(limit));
    }
    then.connected(from);
  }
}
