package dev.heimdall.engine.dialect.sqlserver.cluster;

import dev.heimdall.engine.cluster.JdbcServer;
import dev.heimdall.engine.cluster.NodeReport;
import dev.heimdall.engine.cluster.ProbedServer;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.sqlserver.CommitLsns;
import dev.heimdall.model.ServerAddress;
import java.math.BigInteger;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Asks a server for its role in an availability group. Where it is in none, or may not be asked,
 * what counts is whether the database takes writes.
 */
final class GroupProber implements JdbcServer.Questions {
  private static final int PRIMARY = 1;
  private static final int SECONDARY = 2;
  private static final int ONLINE = 2;
  private static final int SYNCHRONIZING = 1;
  private static final String READ_ONLY = "READ_ONLY";

  /** Where what a probe reports of the server is incomplete without a right. */
  static final String RIGHT = "VIEW SERVER STATE";

  private static final String DENIED =
      "how far it is nobody knows, because the user of the probes lacks " + RIGHT;

  private final Optional<String> database;
  private final boolean groups;
  private final boolean discovers;
  private final int port;
  private volatile CaughtUp caughtUp = new CaughtUp("", 0);

  /**
   * A moment at which a secondary had redone all that it had received.
   *
   * @param at before it was asked, by {@link System#nanoTime}
   */
  private record CaughtUp(String run, long at) {}

  /**
   * @param permitted whether the user has {@link #RIGHT}
   * @param shared identifier that the database has on all servers of its group; null for none
   */
  private record Self(
      String name,
      String machine,
      String updateability,
      String status,
      boolean permitted,
      String shared,
      long started) {
    static Self of(ResultSet row) throws SQLException {
      return new Self(
          row.getString("name"),
          String.valueOf(row.getString("machine")),
          row.getString("updateability"),
          row.getString("status"),
          row.getInt("permitted") == 1,
          row.getString("shared"),
          row.getLong("started"));
    }
  }

  /**
   * @param operates null where the server does not say
   */
  private record Role(
      String group, String replica, int role, Integer operates, int connected, Integer allows) {
    static Role of(ResultSet row) throws SQLException {
      return new Role(
          row.getString("grp"),
          row.getString("replica"),
          row.getInt("role"),
          number(row, "operational_state"),
          row.getInt("connected_state"),
          number(row, "allows"));
    }

    boolean primary() {
      return role == PRIMARY && (operates == null || operates == ONLINE);
    }
  }

  private record Shared(
      String group,
      String id,
      String name,
      BigInteger committed,
      long queue,
      int synchronization,
      int state,
      String suspended) {
    static Shared of(ResultSet row) throws SQLException {
      String why = row.getString("suspend_reason_desc");
      return new Shared(
          row.getString("grp"),
          row.getString("shared"),
          row.getString("name"),
          row.getBigDecimal("last_commit_lsn") == null
              ? null
              : row.getBigDecimal("last_commit_lsn").toBigInteger(),
          row.getLong("redo_queue_size"),
          row.getInt("synchronization_state"),
          row.getInt("database_state"),
          row.getBoolean("is_suspended") ? String.valueOf(why) : "");
    }
  }

  private static Integer number(ResultSet row, String column) throws SQLException {
    int value = row.getInt(column);
    return row.wasNull() ? null : value;
  }

  /** All that a server has answered. */
  private static final class Answer {
    Self self;
    final List<Role> roles = new ArrayList<>();
    final List<Shared> databases = new ArrayList<>();

    /** Updateability, read behind the roles: a secondary's database is READ_ONLY by its role. */
    String afterwards;

    final List<NodeReport.Member> members = new ArrayList<>();
    final Set<String> groups = new HashSet<>();
  }

  /**
   * @param database that sessions use; empty where that is not known
   * @param groups whether servers may be in a group
   * @param discovers whether servers are to name the others
   * @param port of servers that only others name
   */
  GroupProber(Optional<String> database, boolean groups, boolean discovers, int port) {
    this.database = database;
    this.groups = groups;
    this.discovers = discovers;
    this.port = port;
  }

  @Override
  public NodeReport ask(Connection connection, boolean members, ProbedServer.Progress progress)
      throws SQLException {
    long asked = System.nanoTime();
    Answer answer = answer(connection, discovers && members);
    Self self = answer.self;
    Optional<Role> role = role(answer);
    String identity = self.name() + ' ' + self.machine();
    String run = identity + ' ' + self.started();
    if (role.isEmpty()) {
      return alone(answer, identity, run);
    }
    Role its = role.get();
    List<Shared> databases =
        answer.databases.stream().filter(one -> one.group().equals(its.group())).toList();
    boolean offline = databases.stream().anyMatch(one -> one.state() != 0);
    boolean writer = its.primary() && !offline;
    String halt = writer ? "" : halt(its, databases);
    boolean readable = writer || readable(its) && !offline;
    return new NodeReport(
        identity + ' ' + its.replica(),
        run,
        self.name(),
        self.shared() == null ? its.group() : self.shared(),
        writer,
        writer && READ_ONLY.equals(self.updateability()) && READ_ONLY.equals(answer.afterwards),
        0,
        readable ? position(databases) : Position.NONE,
        writer ? 0 : readable ? lag(its, databases, run, asked) : TopologyNode.UNKNOWN,
        halt,
        answer.members,
        members,
        List.of());
  }

  private Answer answer(Connection connection, boolean members) throws SQLException {
    Answer answer = new Answer();
    try (Statement statement = connection.createStatement()) {
      statement.execute(GroupQueries.all(database, groups, members));
      try (ResultSet row = statement.getResultSet()) {
        row.next();
        answer.self = Self.of(row);
      }
      if (!groups) {
        return answer;
      }
      if (answer.self.permitted()) {
        statement.getMoreResults();
        try (ResultSet row = statement.getResultSet()) {
          while (row.next()) {
            answer.roles.add(Role.of(row));
          }
        }
        statement.getMoreResults();
        try (ResultSet row = statement.getResultSet()) {
          while (row.next()) {
            answer.databases.add(Shared.of(row));
          }
        }
        statement.getMoreResults();
        try (ResultSet row = statement.getResultSet()) {
          row.next();
          answer.afterwards = row.getString("updateability");
        }
      }
      if (members) {
        statement.getMoreResults();
        try (ResultSet row = statement.getResultSet()) {
          while (row.next()) {
            member(row).ifPresent(answer.members::add);
          }
        }
      }
    }
    return answer;
  }

  /** A server of a group is where it is read from; else at the host that its group knows. */
  private Optional<NodeReport.Member> member(ResultSet row) throws SQLException {
    String reads = row.getString("reads");
    String endpoint = row.getString("endpoint");
    Optional<ServerAddress> address =
        reads != null && !reads.isEmpty()
            ? address(reads, true)
            : endpoint == null ? Optional.empty() : address(endpoint, false);
    String name = row.getString("name");
    return address.map(
        where -> new NodeReport.Member(where, name, Position.NONE, TopologyNode.UNKNOWN));
  }

  private Optional<ServerAddress> address(String url, boolean itsPort) {
    try {
      URI uri = URI.create(url);
      return Optional.ofNullable(uri.getHost())
          .map(
              host -> new ServerAddress(host, itsPort && uri.getPort() > 0 ? uri.getPort() : port));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The server's role in the group of the database, or in its only one. */
  private Optional<Role> role(Answer answer) throws SQLException {
    if (answer.roles.isEmpty()) {
      return Optional.empty();
    }
    if (database.isPresent()) {
      Optional<String> group =
          answer.databases.stream()
              .filter(one -> database.get().equalsIgnoreCase(one.name()))
              .map(Shared::group)
              .findFirst();
      return group.flatMap(
          id -> answer.roles.stream().filter(one -> one.group().equals(id)).findFirst());
    }
    if (answer.roles.size() > 1) {
      throw new SQLException(
          "the server is in %d availability groups: name a database of the one that is meant in url"
              .formatted(answer.roles.size()));
    }
    return Optional.of(answer.roles.get(0));
  }

  /** One in no group, or that may not be asked for its role there. */
  private NodeReport alone(Answer answer, String identity, String run) throws SQLException {
    Self self = answer.self;
    boolean unknown = groups && !self.permitted();
    if (unknown && database.isEmpty()) {
      throw new SQLException(
          "what the server is in its availability group cannot be told: the user of the probes lacks "
              + RIGHT
              + ", and url names no database");
    }
    boolean online = database.isEmpty() || "ONLINE".equals(self.status());
    boolean writes = database.isEmpty() || "READ_WRITE".equals(self.updateability());
    boolean writer = online && writes;
    String halt =
        writer
            ? ""
            : !online
                ? "its database is " + self.status()
                : unknown && self.shared() != null ? DENIED : "";
    return new NodeReport(
        identity,
        run,
        self.name(),
        self.shared() == null ? "" : self.shared(),
        writer,
        false,
        0,
        Position.NONE,
        writer ? 0 : TopologyNode.UNKNOWN,
        halt,
        answer.members,
        true,
        List.of());
  }

  private static boolean readable(Role role) {
    return role.role() == SECONDARY && (role.allows() == null || role.allows() != 0);
  }

  private static String halt(Role role, List<Shared> databases) {
    if (role.role() != SECONDARY) {
      return role.role() == PRIMARY
          ? "it is not online as the primary yet"
          : "it is neither primary nor secondary at present (RESOLVING)";
    }
    if (!readable(role)) {
      return "it lets no clients in (SECONDARY_ROLE: ALLOW_CONNECTIONS = NO)";
    }
    for (Shared one : databases) {
      if (one.state() != 0) {
        return "its database %s is in state %d".formatted(one.name(), one.state());
      }
      if (!one.suspended().isEmpty()) {
        return "the data movement of %s is suspended (%s)".formatted(one.name(), one.suspended());
      }
    }
    return role.connected() == 1 ? "" : "it is not connected to the primary";
  }

  private static Position position(List<Shared> databases) {
    Map<String, BigInteger> committed = new TreeMap<>();
    for (Shared one : databases) {
      if (one.committed() != null) {
        committed.put(one.id(), one.committed());
      }
    }
    return CommitLsns.of(committed);
  }

  /** Time for which it has had something left to redo, or no connection to the primary. */
  private long lag(Role role, List<Shared> databases, String run, long asked) {
    boolean all =
        role.connected() == 1
            && databases.stream()
                .allMatch(one -> one.queue() == 0 && one.synchronization() >= SYNCHRONIZING);
    CaughtUp last = caughtUp;
    if (all) {
      caughtUp = new CaughtUp(run, asked);
      return 0;
    }
    return last.run().equals(run)
        ? Math.max(1, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - last.at()))
        : TopologyNode.UNKNOWN;
  }

  @Override
  public Position written(Connection connection) throws SQLException {
    NodeReport now = ask(connection, false, JdbcServer.UNHEARD);
    if (!now.writer()) {
      throw new SQLException("it is not the writer any more");
    }
    return now.position();
  }
}
