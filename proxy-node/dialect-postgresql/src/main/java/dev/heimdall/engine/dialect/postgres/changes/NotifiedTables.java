package dev.heimdall.engine.dialect.postgres.changes;

import dev.heimdall.engine.changes.ChangeReader;
import dev.heimdall.engine.changes.ChangeSink;
import dev.heimdall.engine.changes.FeedFault;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Listens to what triggers notify of written tables. The server delivers that when all sessions see
 * the commit, so nothing has to be waited for.
 */
final class NotifiedTables implements ChangeReader {
  static final String CHANNEL = "heimdall";
  static final String WORD = "invalidate-trigger";

  /** So often the server is asked something, to see whether it still answers. */
  private static final int PING_MILLIS = 500;

  private final Connection connection;
  private final ServerAddress server;
  private final String database;
  private final ChangeSink sink;

  /**
   * @param connection closed with this
   * @param server which it is to
   * @param database likewise
   */
  NotifiedTables(Connection connection, ServerAddress server, String database, ChangeSink sink) {
    this.connection = connection;
    this.server = server;
    this.database = database;
    this.sink = sink;
  }

  @Override
  public void read(Progress progress) throws SQLException, FeedFault {
    try (Statement statement = connection.createStatement()) {
      PGConnection here = connection.unwrap(PGConnection.class);
      direct(statement, here.getBackendPID());
      statement.execute("LISTEN " + CHANNEL);
      progress.following();
      while (true) {
        take(here.getNotifications(PING_MILLIS), progress);
        try (ResultSet row = statement.executeQuery("SELECT pg_catalog.pg_is_in_recovery()")) {
          row.next();
          if (row.getBoolean(1)) {
            throw new SQLException("the server is a replica now");
          }
        }
      }
    }
  }

  /**
   * Checks for a direct connection: a pooler in between may execute LISTEN, but pass no
   * notification on.
   */
  private static void direct(Statement statement, int process) throws SQLException, FeedFault {
    try (ResultSet row = statement.executeQuery("SELECT pg_catalog.pg_backend_pid()")) {
      row.next();
      if (row.getInt(1) != process) {
        throw new FeedFault(
            "there is a pooler between the node and the server, and notifications may not come"
                + " through it: \"url\" must lead to the server itself");
      }
    }
  }

  private void take(PGNotification[] notifications, Progress progress) {
    if (notifications == null || notifications.length == 0) {
      return;
    }
    Set<String> tables = new TreeSet<>();
    int known = 0;
    for (PGNotification notification : notifications) {
      String table = table(notification.getParameter(), database);
      if (table == null) {
        sink.missed();
        progress.heard(1, true);
      } else if (sink.noted(server, notification.getPID(), table)) {
        known++;
      } else {
        tables.add(table);
      }
    }
    if (known > 0) {
      progress.heard(known, false);
    }
    if (!tables.isEmpty()) {
      progress.heard(tables.size(), sink.written(tables, Position.NONE));
    }
  }

  /**
   * The table of {@code invalidate-trigger,<catalog.schema.table>,<epoch ms>}, as the catalogue
   * spells it; null for a text that names none of this database.
   */
  static String table(String payload, String database) {
    int first = payload.indexOf(',');
    int last = payload.lastIndexOf(',');
    if (first < 0 || last == first || !payload.substring(0, first).equals(WORD)) {
      return null;
    }
    String name = payload.substring(first + 1, last);
    String prefix = database + ".";
    if (!name.startsWith(prefix) || name.indexOf('.', prefix.length()) < 0) {
      return null;
    }
    String rest = name.substring(prefix.length());
    return prefix + (rest.startsWith("public.") ? rest.substring("public.".length()) : rest);
  }

  @Override
  public void close() {
    ChangeReader.abandon(connection);
  }
}
