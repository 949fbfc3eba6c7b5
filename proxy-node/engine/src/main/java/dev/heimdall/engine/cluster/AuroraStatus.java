package dev.heimdall.engine.cluster;

import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.RdsHost;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Asks one server of Aurora for the status of its cluster, and for that of the global cluster that
 * this is a part of. The questions are the engine's; what follows from the answers is not.
 */
public final class AuroraStatus {
  /** Reader of positions, for engines that report them. */
  public interface Positions {
    Position of(ResultSet row, String column) throws SQLException;
  }

  private final String sql;
  private final Positions positions;
  private final Optional<GlobalStatus> global;

  /**
   * @param sql one row for each server with {@code server_id}, {@code session_id}, {@code durable},
   *     {@code readable}, {@code lag}, {@code age} and {@code updated}, as {@link
   *     AuroraView.Server} has them
   * @param global as {@link GlobalStatus} is asked for; empty where not needed
   * @param server the one that is asked
   */
  public AuroraStatus(String sql, Optional<String> global, Positions positions, DataSource server) {
    this.sql = sql;
    this.positions = positions;
    this.global =
        global.map(
            text -> new GlobalStatus(text, positions, server.url(), RdsHost.region(server.host())));
  }

  /**
   * Asks, behind another question.
   *
   * @param name what the server calls itself
   * @param replica whether it says that it writes nothing
   */
  public AuroraView ask(
      Statement statement, String name, boolean replica, ProbedServer.Progress progress)
      throws SQLException {
    progress.next();
    AuroraView own = new AuroraView(name, replica, servers(statement), Optional.empty());
    if (global.isEmpty()) {
      return own;
    }
    progress.next();
    return own.within(global.get().ask(statement, name, own.session()));
  }

  private List<AuroraView.Server> servers(Statement statement) throws SQLException {
    List<AuroraView.Server> found = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        long updated = rows.getLong("updated");
        OptionalLong told = rows.wasNull() ? OptionalLong.empty() : OptionalLong.of(updated);
        found.add(
            new AuroraView.Server(
                rows.getString("server_id"),
                String.valueOf(rows.getString("session_id")),
                positions.of(rows, "durable"),
                positions.of(rows, "readable"),
                GlobalStatus.known(rows, "lag"),
                rows.getLong("age"),
                told));
      }
    }
    return found;
  }
}
