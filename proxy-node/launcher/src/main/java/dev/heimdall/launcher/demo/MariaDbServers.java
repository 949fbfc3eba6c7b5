package dev.heimdall.launcher.demo;

import dev.heimdall.launcher.mysql.EmbeddedMariaDb;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;

/** MariaDB servers. */
final class MariaDbServers implements DemoServers {
  private static final Duration REPLAYED_WITHIN = Duration.ofSeconds(20);

  private final DemoPorts ports;
  private final MysqlCluster cluster;

  private MariaDbServers(DemoPorts ports, MysqlCluster cluster) {
    this.ports = ports;
    this.cluster = cluster;
  }

  static MariaDbServers start(DemoPorts ports, Consumer<String> progress) {
    return new MariaDbServers(
        ports,
        MysqlCluster.of(EmbeddedMariaDb.unpacked(progress))
            .ports(ports.primary(), ports.firstReplica(), ports.secondReplica())
            .option("innodb-buffer-pool-size", "64M")
            .start());
  }

  @Override
  public String release() {
    return "MariaDB " + cluster.primary().queryValue("", "SELECT version()").replaceAll("-.*", "");
  }

  @Override
  public void loadShop() {
    cluster
        .primary()
        .execute(
            "CREATE USER shop@'%' IDENTIFIED BY 'shop'",
            "CREATE DATABASE shop",
            "GRANT ALL ON shop.* TO shop@'%'",
            "GRANT REPLICATION CLIENT, REPLICA MONITOR ON *.* TO shop@'%'");
    cluster.primary().executeIn("shop", DemoConfiguration.resource("shop-mysql.sql").split(";"));
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
    properties.setProperty("sslMode", "DISABLED");
    properties.setProperty("allowPublicKeyRetrieval", "true");
    properties.setProperty("connectTimeout", "10000");
    properties.setProperty("socketTimeout", "30000");
    return DriverManager.getConnection(jdbcUrl(), properties);
  }

  @Override
  public String url() {
    return jdbcUrl() + "?user=shop&password=shop&allowPublicKeyRetrieval=true&sslMode=DISABLED";
  }

  private String jdbcUrl() {
    return "jdbc:mysql://%s:%d/shop".formatted(DemoPorts.HOST, ports.node());
  }

  @Override
  public String client(int port, String user, String database) {
    return "mariadb -h %s -P %d -u %s -p%s %s"
        .formatted(DemoPorts.HOST, port, user, user, database);
  }

  @Override
  public String client(int port, String user, String database, String sql) {
    return client(port, user, database) + " -e \"" + sql + "\"";
  }

  @Override
  public String clientNote() {
    return "   (with the mysql of MySQL itself: --get-server-public-key, too)";
  }

  @Override
  public Figures figures() throws SQLException {
    List<Connection> connections = new ArrayList<>();
    for (MysqlServer server : cluster.servers()) {
      connections.add(server.connect(""));
    }
    return new Asked(connections);
  }

  @Override
  public void close() {
    cluster.close();
  }

  /** The servers count transactions: what is compared are the last numbers of their GTIDs. */
  private record Asked(List<Connection> servers) implements Figures {
    @Override
    public int connections() throws SQLException {
      return (int)
          number(
              servers.get(0),
              "SELECT count(*) FROM information_schema.processlist WHERE user = 'shop'");
    }

    @Override
    public String lagUnit() {
      return "commits";
    }

    @Override
    public List<Long> lags() throws SQLException {
      List<Long> replayed = new ArrayList<>();
      for (Connection replica : servers.subList(1, servers.size())) {
        replayed.add(
            number(replica, "SELECT substring_index(@@global.gtid_slave_pos, '-', -1) + 0"));
      }
      long written =
          number(servers.get(0), "SELECT substring_index(@@global.gtid_binlog_pos, '-', -1) + 0");
      return replayed.stream().map(done -> Math.max(0, written - done)).toList();
    }

    private static long number(Connection server, String sql) throws SQLException {
      try (Statement statement = server.createStatement();
          ResultSet rows = statement.executeQuery(sql)) {
        rows.next();
        return rows.getLong(1);
      }
    }

    @Override
    public void close() throws SQLException {
      for (Connection server : servers) {
        server.close();
      }
    }
  }
}
