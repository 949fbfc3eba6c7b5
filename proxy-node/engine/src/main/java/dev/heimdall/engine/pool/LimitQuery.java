package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.wire.ServerError;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Learns how many connections and prepared statements a server takes, and how many connections it
 * has, on a connection that is unused yet.
 */
final class LimitQuery extends InternalQuery {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
  private static final int STATEMENTS = 0;
  private static final int CONNECTIONS = 1;
  private static final int OPEN = 2;

  private final ServerLoad load;
  private final ServerConnector.Handler then;
  private final boolean statementsOnly;

  private LimitQuery(ServerLoad load, ServerConnector.Handler then, boolean statementsOnly) {
    super(true);
    this.load = load;
    this.then = then;
    this.statementsOnly = statementsOnly;
  }

  /** Hands a new connection on, once the server's limits were read on it where that is due. */
  static void before(ServerConnection connection, ServerLoad load, ServerConnector.Handler then) {
    if (!load.readsLimits(connection.context().nanoTime())
        || !read(connection, load, then, load.statementsOnly())) {
      then.connected(connection);
    }
  }

  private static boolean read(
      ServerConnection connection,
      ServerLoad load,
      ServerConnector.Handler then,
      boolean statementsOnly) {
    LimitQuery query = new LimitQuery(load, then, statementsOnly);
    return statementsOnly
        ? connection.requests().readStatementLimit(query)
        : connection.requests().readLimits(query);
  }

  @Override
  protected void done(ServerConnection from, ServerError error) {
    if (from.closed()) {
      if (!statementsOnly) {
        load.lostOverQuery();
      }
      String why = error == null ? "the connection was closed" : error.message();
      then.failed(ConnectFailure.unreachable(why));
      return;
    }
    if (error != null && !statementsOnly) {
      load.rejectedQuery(error);
      if (read(from, load, then, true)) {
        return;
      }
    }
    List<List<String>> rows = error == null ? rows() : List.of();
    List<String> row = rows.isEmpty() ? List.of() : rows.get(0);
    number(row, STATEMENTS).ifPresent(from.statements().server()::limit);
    OptionalInt connections = number(row, CONNECTIONS);
    OptionalInt open = number(row, OPEN);
    if (connections.isPresent() && open.isPresent()) {
      load.reported(connections.getAsInt(), open.getAsInt());
    }
    then.connected(from);
  }

  /** Servers may have no such limit. */
  private static OptionalInt number(List<String> row, int column) {
    String text = column < row.size() ? row.get(column) : null;
    return text != null && NUMBER.matcher(text).matches()
        ? OptionalInt.of(Integer.parseInt(text))
        : OptionalInt.empty();
  }
}
