package dev.heimdall.engine.dialect.mysql.cluster;

import dev.heimdall.engine.cluster.JdbcServer;
import dev.heimdall.engine.cluster.NodeReport;
import dev.heimdall.engine.cluster.ProbedServer;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.mysql.BinlogPosition;
import dev.heimdall.engine.wire.mysql.GtidSet;
import dev.heimdall.engine.wire.mysql.MariadbGtids;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Asks a MySQL or MariaDB server and its replicas, RDS included. The writer is a server that
 * replicates from no other.
 */
final class ReplicationProber implements JdbcServer.Questions {
  private static final String MYSQL =
      """
      SELECT CONCAT_WS(' ', @@global.server_uuid, @@global.hostname, @@global.port) AS identity,
        @@global.server_id AS id, @@global.read_only AS read_only, @@global.log_bin AS logs,
        @@global.gtid_mode AS gtids, @@global.gtid_executed AS written,
        @@global.gtid_executed AS executed
      """;

  private static final String MARIADB =
      """
      SELECT CONCAT_WS(' ', @@global.server_id, @@global.hostname, @@global.port) AS identity,
        @@global.server_id AS id, @@global.read_only AS read_only, @@global.log_bin AS logs,
        'ON' AS gtids, @@global.gtid_current_pos AS written, @@global.gtid_slave_pos AS executed
      """;

  /** Both are reckoned from when the statement began, in seconds: nothing is rounded. */
  private static final String STARTED =
      "SELECT UNIX_TIMESTAMP() - CAST(variable_value AS SIGNED) FROM %s.global_status"
          + " WHERE variable_name = 'Uptime'";

  private final MemberList members;

  /** Positions that servers without GTIDs had applied when they had applied all that they had. */
  private final Map<String, BinlogPosition> settled = new ConcurrentHashMap<>();

  /**
   * @param members how a server names the others
   */
  ReplicationProber(MemberList members) {
    this.members = members;
  }

  /** Status that a server reports about itself. */
  private record Self(
      String identity,
      String id,
      boolean readOnly,
      boolean logs,
      boolean gtids,
      String written,
      String executed) {
    static Self of(ResultSet row) throws SQLException {
      return new Self(
          row.getString("identity"),
          row.getString("id"),
          isOn(row.getString("read_only")),
          isOn(row.getString("logs")),
          "ON".equals(row.getString("gtids")),
          row.getString("written"),
          row.getString("executed"));
    }

    private static boolean isOn(String value) {
      return !"0".equals(value) && !"OFF".equalsIgnoreCase(value);
    }
  }

  @Override
  public NodeReport ask(Connection connection, boolean wantsMembers, ProbedServer.Progress progress)
      throws SQLException {
    Flavour flavour = Flavour.of(connection);
    try (Statement statement = connection.createStatement()) {
      Self self = self(statement, flavour);
      List<ReplicaStatus> sources = sources(statement, flavour);
      boolean writer = sources.isEmpty();
      return new NodeReport(
          self.identity(),
          self.identity() + ' ' + start(statement, flavour),
          self.id(),
          "",
          writer,
          writer && self.readOnly(),
          0,
          writer ? written(statement, self, flavour) : executed(self, sources, flavour),
          writer ? 0 : lag(self, sources, flavour),
          sources.stream()
              .map(ReplicaStatus::halt)
              .filter(why -> !why.isEmpty())
              .findFirst()
              .orElse(""),
          wantsMembers ? members.of(statement, flavour, sources) : List.of(),
          wantsMembers,
          sources.stream().map(ReplicaStatus::source).toList());
    }
  }

  private static Self self(Statement statement, Flavour flavour) throws SQLException {
    try (ResultSet row = statement.executeQuery(flavour.mariadb() ? MARIADB : MYSQL)) {
      row.next();
      return Self.of(row);
    }
  }

  private static List<ReplicaStatus> sources(Statement statement, Flavour flavour)
      throws SQLException {
    List<ReplicaStatus> sources = new ArrayList<>(1);
    try (ResultSet rows = statement.executeQuery(flavour.replicaStatus())) {
      while (rows.next()) {
        sources.add(ReplicaStatus.of(rows, flavour));
      }
    }
    return sources;
  }

  /** Start time of the server, by its own clock: equal for all sessions that query it. */
  static long start(Statement statement, Flavour flavour) throws SQLException {
    String schema = flavour.mariadb() ? "information_schema" : "performance_schema";
    try (ResultSet row = statement.executeQuery(STARTED.formatted(schema))) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  private static Position gtids(String text, Flavour flavour) {
    return flavour.mariadb() ? MariadbGtids.parse(text) : GtidSet.parse(text);
  }

  /** Without a log there are no replicas, and nothing says what was written. */
  private static Position written(Statement statement, Self self, Flavour flavour)
      throws SQLException {
    if (!self.logs()) {
      return Position.NONE;
    }
    if (self.gtids()) {
      return gtids(self.written(), flavour);
    }
    try (ResultSet row = statement.executeQuery(flavour.logStatus())) {
      Optional<BinlogPosition> end =
          row.next()
              ? BinlogPosition.of(self.id(), row.getString("File"), row.getLong("Position"))
              : Optional.empty();
      return end.isPresent() ? end.get() : Position.NONE;
    }
  }

  /**
   * Returns the applied position; without GTIDs, a server reports its position in the log before it
   * has committed that far. What it has carried out when it had nothing left to do is committed.
   */
  private Position executed(Self self, List<ReplicaStatus> sources, Flavour flavour) {
    if (self.gtids()) {
      return gtids(self.executed(), flavour);
    }
    ReplicaStatus source = sources.get(0);
    if (sources.size() == 1 && source.idle() && source.executed().isPresent()) {
      settled.put(self.identity(), source.executed().get());
    }
    BinlogPosition before = settled.get(self.identity());
    return before == null ? Position.NONE : before;
  }

  private static long lag(Self self, List<ReplicaStatus> sources, Flavour flavour) {
    Position executed = self.gtids() ? gtids(self.executed(), flavour) : Position.NONE;
    long most = 0;
    for (ReplicaStatus source : sources) {
      long lag = source.lagMillis(executed);
      if (lag == TopologyNode.UNKNOWN) {
        return lag;
      }
      most = Math.max(most, lag);
    }
    return most;
  }

  @Override
  public Position written(Connection connection) throws SQLException {
    Flavour flavour = Flavour.of(connection);
    try (Statement statement = connection.createStatement()) {
      return written(statement, self(statement, flavour), flavour);
    }
  }
}
