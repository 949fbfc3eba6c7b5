package dev.heimdall.engine.dialect.postgres.cluster;

import dev.heimdall.engine.cluster.JdbcServer;
import dev.heimdall.engine.cluster.NodeReport;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Asks the servers of an Aurora PostgreSQL cluster. They share one storage: there are no timelines,
 * and positions are those of the storage's log. Each server knows all of them by name, but not
 * where they are.
 */
final class AuroraProber implements JdbcServer.Questions {
  /** What a server says in place of its session when it is the writer. */
  private static final String WRITER = "MASTER_SESSION_ID";

  private static final String SELF =
      """
      SELECT pg_catalog.aurora_db_instance_identifier() AS name,
        pg_catalog.pg_is_in_recovery() AS replica,
        pg_catalog.concat(pg_catalog.aurora_db_instance_identifier(), ' ',
          pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time())) AS identity,
        """
          + PostgresProber.READ_ONLY
          + " AS read_only";

  /** Rows of servers that are gone stay for a while; the own row may have no date. */
  private static final String MEMBERS =
      """
      SELECT s.server_id, s.session_id, s.durable_lsn::pg_catalog.int8 AS durable,
        s.current_read_lsn::pg_catalog.int8 AS readable,
        s.replica_lag_in_msec::pg_catalog.int8 AS lag,
        (pg_catalog.date_part('epoch', s.last_update_timestamp)
          OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8 AS updated
      FROM pg_catalog.aurora_replica_status() s
      WHERE s.last_update_timestamp IS NULL
        OR s.session_id OPERATOR(pg_catalog.=) 'MASTER_SESSION_ID'
        OR pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()
          OPERATOR(pg_catalog.-) s.last_update_timestamp) OPERATOR(pg_catalog.<=) 300
      """;

  private static final String WRITTEN =
      """
      SELECT pg_catalog.max(s.durable_lsn)::pg_catalog.int8
      FROM pg_catalog.aurora_replica_status() s
      WHERE s.server_id OPERATOR(pg_catalog.=) pg_catalog.aurora_db_instance_identifier()
      """;

  private final Function<String, Optional<ServerAddress>> addresses;

  /**
   * @param addresses where a server is, by its name
   */
  AuroraProber(Function<String, Optional<ServerAddress>> addresses) {
    this.addresses = addresses;
  }

  @Override
  public NodeReport ask(Connection connection, boolean members) throws SQLException {
    String name;
    boolean replica;
    String identity;
    boolean readOnly;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SELF)) {
      row.next();
      name = row.getString("name");
      replica = row.getBoolean("replica");
      identity = row.getString("identity");
      readOnly = row.getBoolean("read_only");
    }
    boolean writer = false;
    Position position = Position.NONE;
    long lag = TopologyNode.UNKNOWN;
    List<NodeReport.Member> found = new ArrayList<>();
    Map<String, Long> confirmed = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(MEMBERS)) {
      while (rows.next()) {
        boolean master = WRITER.equals(rows.getString("session_id"));
        String member = rows.getString("server_id");
        Position reached = PostgresProber.position(rows, master ? "durable" : "readable");
        long behind = PostgresProber.orUnknown(rows, "lag");
        long updated = rows.getLong("updated");
        if (master && !rows.wasNull()) {
          confirmed.put(member, updated);
        }
        if (member.equals(name)) {
          writer = master && !replica;
          position = reached;
          lag = behind;
        }
        addresses
            .apply(member)
            .ifPresent(at -> found.add(new NodeReport.Member(at, member, reached, behind)));
      }
    }
    return new NodeReport(
            identity,
            identity,
            name,
            "",
            writer,
            writer && readOnly,
            0,
            position,
            lag,
            true,
            found,
            true,
            List.of())
        .confirming(confirmed);
  }

  @Override
  public Position written(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(WRITTEN)) {
      row.next();
      return PostgresProber.position(row, "max");
    }
  }
}
