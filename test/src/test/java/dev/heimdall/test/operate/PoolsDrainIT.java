package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One of two nodes ends behind its notice, under the pools that applications have, which know
 * nothing of nodes: as they give each connection up before the notice is over, no statement fails.
 */
@Needs({"psycopg", "node-postgres", "mariadb-slap"})
@Tag("long")
@Timeout(600)
class PoolsDrainIT {
  /** The shortest life that HikariCP gives a connection. */
  private static final Duration LIFE = Duration.ofSeconds(30);

  /** That, and what a log-in and a statement may take. */
  private static final String NOTICE = "40s";

  private static final long PAUSE = 200;

  /** Then a connection goes back to its pool. */
  private static final Duration BORROWED = Duration.ofMillis(10);

  @TempDir private Path directory;

  private final List<ProxyProcess> nodes = new ArrayList<>();
  private final Map<ProxyProcess, Integer> shops = new HashMap<>();

  private void start(int id) throws IOException {
    Map<String, Object> vdb =
        Map.of("proxyProtocol", Map.of("enabled", true, "trusted", List.of("127.0.0.0/8")));
    ProxyProcess node =
        ProxyProcess.configured(
            Files.createDirectory(directory.resolve("node-" + id)),
            Map.of("id", id, "drainNotice", NOTICE));
    node.changeVdb("proxyProtocol", vdb.get("proxyProtocol"));
    shops.put(node, node.alsoBefore(MysqlRelease.MARIADB.shared().primary(), Map.of(), vdb));
    node.start(Map.of(), "--config=" + node.directory());
    nodes.add(node);
  }

  private static void work(Connection client, int round) throws SQLException {
    client.setAutoCommit(round % 2 == 0);
    for (int i = 0; i < 2; i++) {
      try (PreparedStatement select = client.prepareStatement("SELECT ? + 1")) {
        select.setInt(1, round);
        try (ResultSet rows = select.executeQuery()) {
          rows.next();
          assertThat(rows.getInt(1)).isEqualTo(round + 1);
        }
      }
    }
    if (!client.getAutoCommit()) {
      client.commit();
    }
  }

  /** Clients of a pool that is larger than they need. */
  private static HikariDataSource pool(String url, SteadyLoad load) {
    HikariConfig settings = new HikariConfig();
    settings.setJdbcUrl(url);
    settings.setUsername("app");
    settings.setPassword("app");
    settings.setMaximumPoolSize(4);
    settings.setMaxLifetime(LIFE.toMillis());
    HikariDataSource pool = new HikariDataSource(settings);
    load.pooled(pool::getConnection, PoolsDrainIT::work, BORROWED);
    load.pooled(pool::getConnection, PoolsDrainIT::work, BORROWED);
    return pool;
  }

  @Test
  void noStatementFailsWhoseConnectionIsGivenUpBeforeTheNoticeIsOver() throws Exception {
    try {
      start(1);
      start(2);
      try (CheckingBalancer balancer = new CheckingBalancer(nodes, "/readyz", PAUSE);
          CheckingBalancer shopBalancer =
              new CheckingBalancer(nodes, shops::get, "/readyz", PAUSE)) {
        Target app = new Target("127.0.0.1", balancer.port(), "app", "app", "app", false);
        Target shop = new Target("127.0.0.1", shopBalancer.port(), "app", "app", "app", false);
        String of = "127.0.0.1:" + shop.port() + "/app?allowPublicKeyRetrieval=true&sslMode=";
        SteadyLoad load = new SteadyLoad();
        try (HikariDataSource postgres = pool(app.jdbcUrl(), load);
            HikariDataSource mysql = pool("jdbc:mysql://" + of + "DISABLED", load);
            HikariDataSource mariadb = pool("jdbc:mariadb://" + of + "disable", load);
            load) {
          load.driver(new SteadyDriver("psycopg", "pools.py", app, directory.resolve("psycopg")));
          load.driver(
              new SteadyDriver("node-postgres", "pools.js", app, directory.resolve("node")));
          load.driver(
              new SteadyDriver("mariadb-slap", "steady.sh", shop, directory.resolve("slap")));
          load.goesOn();
          nodes.get(0).terminate();
          assertThat(nodes.get(0).exitCode()).as(nodes.get(0).output()).isZero();
          load.goesOn();
        }
        assertThat(balancer.refused()).isZero();
        assertThat(shopBalancer.refused()).isZero();
      }
    } finally {
      for (ProxyProcess node : nodes) {
        node.close();
      }
    }
  }
}
