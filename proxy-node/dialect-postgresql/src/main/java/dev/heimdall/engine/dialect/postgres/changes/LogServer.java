package dev.heimdall.engine.dialect.postgres.changes;

import dev.heimdall.engine.changes.FeedFault;
import dev.heimdall.model.ChangeSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Queries to a server besides its log, over an ordinary connection. One thread at a time. */
final class LogServer {
  private static final String NOW =
      """
      SELECT pg_catalog.txid_current_snapshot()::pg_catalog.text,
        pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), '0/0')::pg_catalog.int8\
      """;

  /** Null where there is no such slot. */
  private static final String HELD_BACK =
      """
      SELECT pg_catalog.max(pg_catalog.pg_wal_lsn_diff(
        pg_catalog.pg_current_wal_lsn(), s.restart_lsn))::pg_catalog.int8
      FROM pg_catalog.pg_replication_slots s WHERE s.slot_name OPERATOR(pg_catalog.=) ?\
      """;

  private static final String SETTINGS =
      """
      SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('wal_level'),
        pg_catalog.current_setting('server_version_num')::pg_catalog.int4\
      """;

  private static final String PUBLICATION =
      """
      SELECT p.pubinsert AND p.pubupdate AND p.pubdelete AND %s AS whole, %s AS root, %s AS filtered
      FROM pg_catalog.pg_publication p WHERE p.pubname OPERATOR(pg_catalog.=) ?\
      """;

  private final Connection connection;

  /**
   * A moment of the server.
   *
   * @param written bytes of its log
   */
  record Moment(TransactionSnapshot snapshot, long written) {}

  LogServer(Connection connection) {
    this.connection = connection;
  }

  /** Fails where its log cannot be read, or would not have all. */
  void examine(ChangeSettings settings) throws SQLException, FeedFault {
    int version;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SETTINGS)) {
      row.next();
      if (row.getBoolean(1)) {
        throw new SQLException("the server is a replica");
      }
      if (!"logical".equals(row.getString(2))) {
        throw new FeedFault(
            "wal_level of the server is "
                + row.getString(2)
                + ": \"changes.stream\" needs wal_level = logical and a restart of the server (RDS"
                + " and Aurora: rds.logical_replication = 1 in the parameter group of the instance"
                + " or cluster, and a reboot of the writer)");
      }
      version = row.getInt(3);
    }
    publication(settings.publication(), version);
  }

  private void publication(String name, int version) throws SQLException, FeedFault {
    String filtered =
        version < 150000
            ? "false"
            : "EXISTS (SELECT FROM pg_catalog.pg_publication_rel r"
                + " WHERE r.prpubid OPERATOR(pg_catalog.=) p.oid AND r.prqual IS NOT NULL)";
    String sql =
        PUBLICATION.formatted(
            version < 110000 ? "true" : "p.pubtruncate",
            version < 130000 ? "false" : "p.pubviaroot",
            filtered);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new FeedFault(
              "there is no publication \""
                  + name
                  + "\" in the database: CREATE PUBLICATION "
                  + name
                  + " FOR TABLE ..., or FOR ALL TABLES; PostgreSQL rejects UPDATE and DELETE of a"
                  + " published table without primary key or REPLICA IDENTITY");
        }
        if (!row.getBoolean("whole") || row.getBoolean("root") || row.getBoolean("filtered")) {
          throw new FeedFault(
              "the publication \""
                  + name
                  + "\" does not publish all writes by the tables' own names: it must publish"
                  + " insert, update, delete and truncate, with publish_via_partition_root false,"
                  + " and without row filters");
        }
      }
    }
  }

  Moment now() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(NOW)) {
      row.next();
      return new Moment(TransactionSnapshot.parse(row.getString(1)), row.getLong(2));
    }
  }

  /** Number of bytes of the log that the server keeps for a slot. */
  long heldBack(String slot) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HELD_BACK)) {
      statement.setString(1, slot);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }
}
