package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.SharedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tells how long migrations take through a node, beside direct connections: sixty transactions of
 * five statements in a round, direct and through the node in turn. Both are warm. It asserts no
 * time: whose processors others use as well gets other figures.
 */
@Tag("long")
class MigrationCostIT {
  private static final int TRANSACTIONS = 60;
  private static final int WARM_UP = 4;
  private static final int ROUNDS = 7;

  private static final List<String> MIGRATION =
      List.of(
          "CREATE TABLE %s (id int PRIMARY KEY, name varchar(100) DEFAULT 'x')",
          "INSERT INTO %s (id, name) VALUES (1, 'a'), (2, 'b')",
          "ALTER TABLE %s ADD COLUMN more int DEFAULT 0",
          "CREATE INDEX by_name_%1$s ON %1$s (name)",
          "DELETE FROM %s WHERE name = 'a'");

  @TempDir Path directory;

  /** Opens a connection. */
  private interface Way {
    Connection open() throws SQLException;
  }

  /** Milliseconds of sixty migrations. */
  private static double migrate(Way way) throws SQLException {
    try (Connection client = way.open();
        Statement statement = client.createStatement()) {
      client.setAutoCommit(false);
      long from = System.nanoTime();
      for (int i = 0; i < TRANSACTIONS; i++) {
        for (String sql : MIGRATION) {
          statement.execute(sql.formatted("migrated_" + i));
        }
        client.commit();
      }
      double took = (System.nanoTime() - from) / 1e6;
      for (int i = 0; i < TRANSACTIONS; i++) {
        statement.execute("DROP TABLE migrated_" + i);
      }
      client.commit();
      return took;
    }
  }

  private static void compare(String server, Way direct, Way node) throws SQLException {
    double[] directly = new double[ROUNDS];
    double[] through = new double[ROUNDS];
    double[] ratios = new double[ROUNDS];
    for (int i = -WARM_UP; i < ROUNDS; i++) {
      boolean first = i % 2 == 0;
      double a = first ? migrate(direct) : 0;
      double b = migrate(node);
      a = first ? a : migrate(direct);
      if (i >= 0) {
        directly[i] = a;
        through[i] = b;
        ratios[i] = b / a;
      }
    }
    List<String> told = new ArrayList<>();
    for (double[] figures : List.of(directly, through, ratios)) {
      Arrays.sort(figures);
      told.add("%.2f (%.2f-%.2f)".formatted(figures[ROUNDS / 2], figures[0], figures[ROUNDS - 1]));
    }
    System.out.printf(
        "%s, %d migrations, ms: direct %s, node %s, ratio %s%n",
        server, TRANSACTIONS, told.get(0), told.get(1), told.get(2));
    assertThat(ratios[0]).isPositive();
  }

  @Test
  void postgres() throws Exception {
    try (ProxyProcess node = ProxyProcess.configured(directory, Map.of())) {
      node.startWithBothCompilers();
      compare("PostgreSQL", SharedPostgres.target()::jdbc, node.target()::jdbc);
    }
  }

  @MariadbAndMysql
  void mysql(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    try (ProxyProcess node = ProxyProcess.configured(directory, Map.of())) {
      node.before(server);
      node.startWithBothCompilers();
      compare(release.toString(), MysqlTarget.of(server)::jdbc, node.mysqlTarget()::jdbc);
    }
  }
}
