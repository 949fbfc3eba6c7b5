package dev.heimdall.launcher.demo;

import dev.heimdall.launcher.postgres.PostgresCluster;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import org.postgresql.Driver;

/** PostgreSQL servers. */
final class PostgresServers implements DemoServers {
  private static final Duration REPLAYED_WITHIN = Duration.ofSeconds(20);

  private final DemoPorts ports;
  private final PostgresCluster cluster;

  private PostgresServers(DemoPorts ports, PostgresCluster cluster) {
    this.ports = ports;
    this.cluster = cluster;
  }

  static PostgresServers start(DemoPorts ports, Consumer<String> progress) {
    return new PostgresServers(
        ports,
        PostgresCluster.builder()
            .ports(ports.primary(), ports.firstReplica(), ports.secondReplica())
            .setting("shared_buffers", "128MB")
            // A read in conflict with what is replayed ends soon, and the node sends it elsewhere.
            .setting("max_standby_streaming_delay", "500ms")
            .progress(progress)
            .start());
  }

  @Override
  public String release() {
    return "PostgreSQL " + cluster.primary().queryValue("postgres", "SHOW server_version");
  }

  @Override
  public void loadShop() {
    cluster
        .primary()
        .execute(
            "CREATE ROLE shop LOGIN PASSWORD 'shop' IN ROLE pg_monitor",
            "CREATE DATABASE shop OWNER shop");
    cluster.primary().executeIn("shop", "SET ROLE shop", DemoConfiguration.resource("shop.sql"));
    cluster.awaitReplay(REPLAYED_WITHIN);
  }

  @Override
  public String shopValue(String sql) {
    return cluster.primary().queryValue("shop", sql);
  }

  @Override
  public Connection throughTheNode() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", "shop");
    properties.setProperty("password", "shop");
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", "30");
    return new Driver().connect(jdbcUrl(), properties);
  }

  @Override
  public String url() {
    return jdbcUrl() + "?user=shop&password=shop";
  }

  private String jdbcUrl() {
    return "jdbc:postgresql://%s:%d/shop".formatted(DemoPorts.HOST, ports.node());
  }

  @Override
  public String client(int port, String user, String database) {
    return "psql \"host=%s port=%d user=%s password=%s dbname=%s\""
        .formatted(DemoPorts.HOST, port, user, user, database);
  }

  @Override
  public String client(int port, String user, String database, String sql) {
    return client(port, user, database) + " -c \"" + sql + "\"";
  }

  @Override
  public String clientNote() {
    return "";
  }

  @Override
  public Figures figures() throws SQLException {
    return new Asked(cluster.primary().connect("postgres"));
  }

  @Override
  public void close() {
    cluster.close();
  }

  private static final class Asked implements Figures {
    private final Connection connection;
    private final PreparedStatement connections;
    private final PreparedStatement lags;

    Asked(Connection connection) throws SQLException {
      this.connection = connection;
      connections =
          connection.prepareStatement(
              "SELECT count(*) FROM pg_stat_activity"
                  + " WHERE backend_type = 'client backend' AND datname = 'shop'");
      lags =
          connection.prepareStatement(
              "SELECT coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)::bigint"
                  + " FROM pg_stat_replication ORDER BY application_name");
    }

    @Override
    public int connections() throws SQLException {
      try (ResultSet rows = connections.executeQuery()) {
        rows.next();
        return rows.getInt(1);
      }
    }

    @Override
    public String lagUnit() {
      return "bytes";
    }

    @Override
    public List<Long> lags() throws SQLException {
      List<Long> behind = new ArrayList<>();
      try (ResultSet rows = lags.executeQuery()) {
        while (rows.next()) {
          behind.add(rows.getLong(1));
        }
      }
      return behind;
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }
}
