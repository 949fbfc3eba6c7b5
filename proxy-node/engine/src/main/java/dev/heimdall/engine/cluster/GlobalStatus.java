package dev.heimdall.engine.cluster;

import dev.heimdall.engine.topology.RegionLag;
import dev.heimdall.engine.topology.TopologyNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one server for the status of its global cluster. Where it shows none, as its version has no
 * such functions, the user may not call them, or its cluster is of one region, it is a server of a
 * local cluster; that never fails a probe, but the loss of the connection does.
 *
 * <p>Functions and columns are those of AWS's documentation: for PostgreSQL {@code
 * aurora_global_db_status} and {@code aurora_global_db_instance_status}, for MySQL the tables of
 * {@code information_schema} of the same names (Aurora User Guide, "Aurora PostgreSQL functions
 * reference", "Aurora MySQL–specific information_schema tables").
 */
final class GlobalStatus {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterTracker.class);

  /** A statement that fails is a line in the server's log; it is not repeated with each probe. */
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);

  /** Eleven regions of sixteen instances each are fewer. */
  private static final int MOST_ROWS = 512;

  private final String sql;
  private final AuroraStatus.Positions positions;
  private final String server;
  private final Optional<String> regionOfName;
  private long notBefore = System.nanoTime();
  private boolean said;

  /**
   * @param sql one row for each server with {@code server}, {@code session}, {@code region}, {@code
   *     durable}, {@code readable}, {@code lag}, and one for each region with no {@code server},
   *     {@code region}, {@code lag} (-1 for the one that writes, where the engine says that so),
   *     {@code rpo} and {@code ago}, times in milliseconds
   * @param server the one that is asked, for the log
   * @param regionOfName the region in its name, where it has one of RDS's
   */
  GlobalStatus(
      String sql, AuroraStatus.Positions positions, String server, Optional<String> regionOfName) {
    this.sql = sql;
    this.positions = positions;
    this.server = server;
    this.regionOfName = regionOfName;
  }

  /**
   * Asks. For one thread at a time.
   *
   * @param name what the server calls itself
   * @param session its row's session in the status of its own cluster; empty where it has none
   * @return empty where it shows no global cluster
   * @throws SQLException where it shows nothing at all any more
   */
  synchronized Optional<GlobalView> ask(Statement statement, String name, String session)
      throws SQLException {
    if (notBefore - System.nanoTime() > 0) {
      return Optional.empty();
    }
    try (ResultSet rows = statement.executeQuery(sql)) {
      Optional<GlobalView> view = view(rows, name, session);
      said = false;
      return view;
    } catch (SQLException e) {
      if (isLost(e)) {
        throw e;
      }
      notBefore = System.nanoTime() + AFTER_FAILURE.toNanos();
      if (!said) {
        said = true;
        LOG.warn(
            "{} does not show its global cluster, and is taken for a server of a local one: {}",
            server,
            e.getMessage());
      }
      return Optional.empty();
    }
  }

  /** The connection is, as when a server is shut down or its region lost: it says nothing else. */
  private static boolean isLost(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return state.startsWith("08") || state.startsWith("57P");
  }

  private Optional<GlobalView> view(ResultSet rows, String name, String session)
      throws SQLException {
    List<RegionLag> regions = new ArrayList<>();
    List<GlobalView.Instance> instances = new ArrayList<>();
    List<String> mine = new ArrayList<>();
    Optional<String> exactly = Optional.empty();
    for (int i = 0; i < MOST_ROWS && rows.next(); i++) {
      String member = rows.getString("server");
      String region = rows.getString("region");
      if (region == null) {
        continue;
      }
      if (member == null) {
        regions.add(lag(rows, region));
        continue;
      }
      String its = rows.getString("session");
      boolean writer = AuroraView.WRITER.equals(its);
      instances.add(
          new GlobalView.Instance(
              member,
              region,
              writer,
              positions.of(rows, writer ? "durable" : "readable"),
              writer ? 0 : known(rows, "lag")));
      if (member.equals(name)) {
        mine.add(region);
        exactly = session.equals(its) ? Optional.of(region) : exactly;
      }
    }
    Optional<String> region =
        regionOfName.isPresent()
            ? regionOfName
            : mine.size() == 1 ? Optional.of(mine.get(0)) : exactly;
    return regions.size() > 1
        ? Optional.of(new GlobalView(region, regions, instances))
        : Optional.empty();
  }

  private static RegionLag lag(ResultSet rows, String region) throws SQLException {
    long behind = rows.getLong("lag");
    boolean primary = !rows.wasNull() && behind < 0;
    return new RegionLag(
        region, primary, known(rows, "lag"), known(rows, "rpo"), known(rows, "ago"));
  }

  static long known(ResultSet rows, String column) throws SQLException {
    long value = rows.getLong(column);
    return rows.wasNull() || value < 0 ? TopologyNode.UNKNOWN : value;
  }
}
