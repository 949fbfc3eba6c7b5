package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
 * A fleet goes from one release to the next and back, node by node, under clients whose pools give
 * a connection up before a node's notice of its end is over: no statement of theirs fails, each
 * transaction is committed once, and no read misses what was written, whichever releases wrote and
 * read it. The other release is an earlier commit's archive; {@code -Dupgrade.from=FOLDER} takes an
 * unpacked one.
 */
@Tag("long")
@Timeout(1800)
class FleetUpgradeIT {
  private static final long PAUSE = 200;
  private static final Duration LIFE = Duration.ofSeconds(1);
  private static final MysqlRelease MARIADB = MysqlRelease.MARIADB;

  @TempDir private Path directory;

  private final List<ProxyProcess> nodes = new ArrayList<>();
  private final Map<ProxyProcess, Integer> shops = new HashMap<>();

  private static Path earlier() {
    String named = System.getProperty("upgrade.from");
    if (named != null) {
      return Path.of(named);
    }
    Toolchain.need("older-release", "the release before");
    return Toolchain.built("older-release").resolve("release");
  }

  private static void start(ProxyProcess node) throws IOException {
    node.start(Map.of(), "--config=" + node.directory());
    assertThat(node.isAlive()).as(node.output()).isTrue();
  }

  /** Nobody reads less than was written through any node. */
  private static Map<String, Object> strict(String kind, String user, String password) {
    return Map.of(
        "kind",
        kind,
        "consistency",
        "strict",
        "probe",
        Map.of("user", user, "password", password, "positionInterval", "20ms"));
  }

  private void configure(int id, RedisProcess store, MysqlServer mysql) throws IOException {
    ProxyProcess node =
        ProxyProcess.configured(
            Files.createDirectory(directory.resolve("node-" + id)),
            Map.of(
                "id",
                id,
                "drainNotice",
                "4s",
                "drainTimeout",
                "20s",
                "store",
                Map.of("servers", List.of(store.address()))));
    Map<String, Object> vdb =
        Map.of(
            "proxyProtocol",
            Map.of("enabled", true, "trusted", List.of("127.0.0.0/8")),
            "cache",
            Map.of("enabled", true, "dmlThreshold", 100),
            "rules",
            List.of("cached"));
    for (Map.Entry<String, Object> setting : vdb.entrySet()) {
      node.changeVdb(setting.getKey(), setting.getValue());
    }
    PostgresCluster postgres = SharedPostgres.cluster();
    node.changeSource("cluster", strict("postgres", postgres.superuser(), postgres.password()));
    String user = MARIADB.shared().superuser();
    String password = MARIADB.shared().password();
    shops.put(
        node,
        node.alsoBefore(
            mysql,
            Map.of(
                "cluster",
                strict("mysql", user, password),
                "catalog",
                Map.of("user", user, "password", password)),
            vdb));
    ProxyProcess.write(
        node.directory().resolve("rules/cached.json"),
        Map.of(
            "rules",
            List.of(
                Map.of(
                    "match",
                    "(?i)^select name",
                    "action",
                    "cache",
                    "parameters",
                    Map.of("ttl", 60_000)))));
    nodes.add(node);
  }

  // ---- what clients do

  /** Counts what it has committed, which has to be there in the end. */
  private static final class Commits implements SteadyLoad.Work {
    private int committed;

    @Override
    public void run(Connection client, int round) throws SQLException {
      client.setAutoCommit(false);
      try (PreparedStatement insert =
          client.prepareStatement("INSERT INTO upgraded (n) VALUES (?)")) {
        insert.setInt(1, committed);
        insert.executeUpdate();
        insert.setInt(1, -1 - committed);
        insert.executeUpdate();
      }
      client.commit();
      committed++;
    }

    private void assertCounted(Connection client) throws SQLException {
      try (Statement statement = client.createStatement();
          ResultSet rows =
              statement.executeQuery("SELECT count(*), count(DISTINCT n) FROM upgraded")) {
        rows.next();
        assertThat(rows.getInt(1)).isEqualTo(2 * committed).isPositive();
        assertThat(rows.getInt(2)).isEqualTo(2 * committed);
      }
    }
  }

  /** Reads through the cache what it has written through this node, or another one before. */
  private static final class Reads implements SteadyLoad.Work {
    private final int row;
    private int written;

    Reads(int row) {
      this.row = row;
    }

    @Override
    public void run(Connection client, int round) throws SQLException {
      if (round % 5 == 3) {
        try (PreparedStatement update =
            client.prepareStatement("UPDATE upgraded_names SET name = ? WHERE id = " + row)) {
          update.setString(1, Integer.toString(written + 1));
          update.executeUpdate();
          written++;
        }
      }
      try (Statement statement = client.createStatement();
          ResultSet rows =
              statement.executeQuery("SELECT name FROM upgraded_names WHERE id = " + row)) {
        rows.next();
        if (rows.getInt(1) != written) {
          throw new SQLException("read %s behind %d".formatted(rows.getString(1), written));
        }
      }
    }
  }

  private static final String[] TABLES = {
    "DROP TABLE IF EXISTS upgraded",
    "DROP TABLE IF EXISTS upgraded_names",
    "CREATE TABLE upgraded (n int)",
    "CREATE TABLE upgraded_names (id int PRIMARY KEY, name varchar(20))",
    "INSERT INTO upgraded_names VALUES (1, '0'), (2, '0')"
  };

  private static void prepare(Connection server) throws SQLException {
    try (server;
        Statement statement = server.createStatement()) {
      for (String sql : TABLES) {
        statement.execute(sql);
      }
    }
  }

  // ---- the upgrade

  private void move(
      List<String> release, String shows, List<CheckingBalancer> balancers, SteadyLoad load)
      throws Exception {
    for (ProxyProcess node : nodes) {
      node.terminate();
      assertThat(node.exitCode()).as(node.output()).isZero();
      node.becomes(release);
      start(node);
      assertThat(node.commandLine()).contains(shows);
      for (CheckingBalancer balancer : balancers) {
        balancer.awaitHealthy(node);
      }
      load.goesOn();
    }
  }

  @Test
  void noStatementFailsWhileAFleetGoesToTheNextReleaseAndBack() throws Exception {
    Path earlier = earlier().toRealPath();
    List<String> before = List.of(earlier.resolve("heimdall").toString());
    MysqlServer mysql = MARIADB.shared().primary();
    Target postgres = SharedPostgres.target();
    prepare(postgres.jdbc());
    prepare(MysqlTarget.of(mysql).jdbc());
    try (RedisProcess store = RedisProcess.running()) {
      for (int id = 1; id <= 3; id++) {
        configure(id, store, mysql);
      }
      for (ProxyProcess node : nodes) {
        node.becomes(before);
        start(node);
      }
      Commits commits = new Commits();
      Commits shopCommits = new Commits();
      try (CheckingBalancer balancer = new CheckingBalancer(nodes, "/readyz", PAUSE);
          CheckingBalancer shopBalancer =
              new CheckingBalancer(nodes, shops::get, "/readyz", PAUSE)) {
        Target app = new Target("127.0.0.1", balancer.port(), "app", "app", "app", false);
        MysqlTarget shop =
            new MysqlTarget("127.0.0.1", shopBalancer.port(), "app", "app", "app", false);
        try (SteadyLoad load = new SteadyLoad()) {
          load.pooled(() -> app.jdbc("prepareThreshold", "1"), commits, LIFE);
          load.pooled(app::jdbc, new Reads(1), LIFE);
          load.pooled(() -> app.jdbc("preferQueryMode", "simple"), new Reads(2), LIFE);
          load.pooled(() -> shop.jdbc("useServerPrepStmts", "true"), shopCommits, LIFE);
          load.pooled(shop::jdbc, new Reads(1), LIFE);
          load.pooled(shop::mariaJdbc, new Reads(2), LIFE);
          load.goesOn();
          List<CheckingBalancer> both = List.of(balancer, shopBalancer);
          move(List.of(), "-Xmx256m", both, load);
          move(before, earlier.toString(), both, load);
        }
        assertThat(balancer.refused()).isZero();
        assertThat(shopBalancer.refused()).isZero();
      }
      try (Connection server = postgres.jdbc()) {
        commits.assertCounted(server);
      }
      try (Connection server = MysqlTarget.of(mysql).jdbc()) {
        shopCommits.assertCounted(server);
      }
    } catch (AssertionError e) {
      nodes.forEach(node -> e.addSuppressed(new AssertionError(node.output())));
      throw e;
    } finally {
      for (ProxyProcess node : nodes) {
        node.close();
      }
    }
  }
}
