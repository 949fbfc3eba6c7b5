package dev.heimdall.engine.dialect.mysql.changes;

import dev.heimdall.engine.changes.FeedFault;
import dev.heimdall.engine.dialect.mysql.cluster.Flavour;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.mysql.BinlogPosition;
import dev.heimdall.engine.wire.mysql.GtidSet;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Status that a server reports about its log before the log is followed.
 *
 * @param id its number, as positions in the log have it
 * @param rowFormat whether sessions log rows unless they want otherwise
 * @param gtids whether transactions have GTIDs
 * @param file the log's last file
 * @param offset where that ends
 */
record ServerStatus(
    Flavour flavour, String id, boolean rowFormat, boolean gtids, String file, long offset) {
  /** Rights that are missing. */
  private static final Set<Integer> DENIED = Set.of(1044, 1045, 1142, 1227);

  private static final String VARIABLES =
      "SHOW GLOBAL VARIABLES WHERE Variable_name IN"
          + " ('log_bin', 'binlog_format', 'server_id', 'gtid_mode')";

  /**
   * Asks a server.
   *
   * @throws FeedFault when its log cannot be followed, and what to do
   */
  static ServerStatus of(Connection connection) throws SQLException, FeedFault {
    Flavour flavour = Flavour.of(connection);
    try (Statement statement = connection.createStatement()) {
      Map<String, String> variables = variables(statement, VARIABLES);
      if (!"ON".equals(variables.get("log_bin"))) {
        throw new FeedFault(
            "the server keeps no binary log (log_bin is OFF); start it with --log-bin, on RDS give"
                + " the instance a backup retention period above 0, on Aurora set binlog_format to"
                + " ROW in the cluster's parameter group, and restart");
      }
      return status(statement, flavour, variables);
    }
  }

  private static ServerStatus status(
      Statement statement, Flavour flavour, Map<String, String> variables)
      throws SQLException, FeedFault {
    try (ResultSet row = statement.executeQuery(flavour.logStatus())) {
      if (!row.next()) {
        throw new FeedFault("the server does not say where its binary log ends");
      }
      refuseFilter(row, "Binlog_Do_DB", "binlog_do_db");
      refuseFilter(row, "Binlog_Ignore_DB", "binlog_ignore_db");
      String file = row.getString("File");
      long offset = row.getLong("Position");
      if (BinlogPosition.of("", file, offset).isEmpty()) {
        throw new FeedFault("the file of the binary log, " + file + ", has no number");
      }
      return new ServerStatus(
          flavour,
          variables.getOrDefault("server_id", ""),
          "ROW".equals(variables.getOrDefault("binlog_format", "ROW")),
          flavour.mariadb() || "ON".equals(variables.get("gtid_mode")),
          file,
          offset);
    } catch (SQLException e) {
      if (DENIED.contains(e.getErrorCode())) {
        throw new FeedFault(missing(flavour));
      }
      throw e;
    }
  }

  private static void refuseFilter(ResultSet row, String column, String setting)
      throws SQLException, FeedFault {
    String databases = row.getString(column);
    if (databases != null && !databases.isBlank()) {
      throw new FeedFault(
          "the server leaves databases out of its binary log (%s is %s); follow it without that"
              .formatted(setting, databases));
    }
  }

  /** Returns the remedy for a missing permission. */
  static String missing(Flavour flavour) {
    return "the user may not read the binary log; GRANT REPLICATION SLAVE, "
        + (flavour.mariadb() ? "BINLOG MONITOR" : "REPLICATION CLIENT")
        + " ON *.* TO it, or name another one as \"user\" in the data source's \"changes\"";
  }

  /** Position at which the log ended. */
  BinlogPosition end() {
    return BinlogPosition.of(id, file, offset).orElseThrow();
  }

  /** Reads the current end of the log; empty where the server does not report it. */
  Optional<BinlogPosition> endNow(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(flavour.logStatus())) {
      return row.next()
          ? BinlogPosition.of(id, row.getString("File"), row.getLong("Position"))
          : Optional.empty();
    }
  }

  /**
   * Transactions that have their number, and are in the log or will be, and are not visible yet.
   */
  static Position committing(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT @@global.gtid_owned")) {
      row.next();
      return GtidSet.parse(row.getString(1).replaceAll("#[0-9]+", ""));
    }
  }

  /** Transactions that are visible. */
  static Position executed(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT @@global.gtid_executed")) {
      row.next();
      return GtidSet.parse(row.getString(1));
    }
  }

  /**
   * Up to where in the log of a MariaDB server transactions are visible. The server moves it
   * together with the commits, and writes the log before; a snapshot taken now is at least there.
   */
  static Optional<BinlogPosition> visible(Connection connection, String id) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      Map<String, String> status =
          variables(
              statement,
              "SHOW GLOBAL STATUS WHERE Variable_name IN"
                  + " ('binlog_snapshot_file', 'binlog_snapshot_position')");
      String offset = status.get("binlog_snapshot_position");
      return offset == null
          ? Optional.empty()
          : BinlogPosition.of(id, status.get("binlog_snapshot_file"), Long.parseLong(offset));
    }
  }

  private static Map<String, String> variables(Statement statement, String question)
      throws SQLException {
    Map<String, String> found = new HashMap<>();
    try (ResultSet rows = statement.executeQuery(question)) {
      while (rows.next()) {
        found.put(rows.getString(1).toLowerCase(Locale.ROOT), rows.getString(2));
      }
    }
    return found;
  }
}
