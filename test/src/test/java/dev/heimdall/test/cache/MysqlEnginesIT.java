package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;

/** Whatever engine a server has for tables: a read of its tables is never older than a write. */
class MysqlEnginesIT {
  /** Those whose tables take no rows as others do. */
  private static final Set<String> NOT_WRITTEN =
      Set.of("PERFORMANCE_SCHEMA", "SEQUENCE", "MRG_MYISAM", "BLACKHOLE", "FEDERATED");

  private static final String RULES = "{\"match\": \"engine_\", \"action\": \"cache\"}";

  private static List<List<String>> rows(Connection connection, String sql) throws SQLException {
    List<List<String>> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return rows;
      }
      try (ResultSet result = statement.getResultSet()) {
        while (result.next()) {
          List<String> row = new ArrayList<>();
          for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            row.add(result.getString(i));
          }
          rows.add(row);
        }
      }
    }
    return rows;
  }

  private static String value(Connection connection, String sql) throws SQLException {
    List<List<String>> rows = rows(connection, sql);
    return rows.isEmpty() ? null : rows.get(0).get(0);
  }

  private static Connection root(MysqlRelease release) throws SQLException {
    MysqlServer server = release.shared().primary();
    return MysqlTarget.of(server)
        .as(release.shared().superuser(), release.shared().password())
        .jdbc();
  }

  /** The engines in which the server makes tables, each with the name of one. */
  private static Map<String, String> tables(Connection past) throws SQLException {
    Map<String, String> tables = new LinkedHashMap<>();
    for (List<String> engine : rows(past, "SHOW ENGINES")) {
      boolean there = !engine.get(1).equals("NO") && !engine.get(1).equals("DISABLED");
      if (there && !NOT_WRITTEN.contains(engine.get(0).toUpperCase(Locale.ROOT))) {
        String table = "engine_" + engine.get(0).toLowerCase(Locale.ROOT);
        rows(past, "DROP TABLE IF EXISTS " + table);
        rows(past, "CREATE TABLE " + table + " (n INT NOT NULL) ENGINE = " + engine.get(0));
        tables.put(engine.get(0), table);
      }
    }
    return tables;
  }

  @MariadbAndMysql
  void aReadIsNeverOlderThanAWrite(MysqlRelease release) throws SQLException {
    try (Connection past = root(release)) {
      Map<String, String> tables = tables(past);
      assertThat(tables.keySet()).contains("InnoDB", "MyISAM", "MEMORY", "CSV");
      try (MysqlNode node =
              MysqlNode.start(
                  release,
                  c ->
                      c.cluster(release.shared())
                          .catalog(release.shared())
                          .vdb("cache.enabled", true)
                          .vdb("rules", List.of("cached"))
                          .rules("cached", RULES));
          Connection reads = node.target().jdbc();
          Connection writes = node.target().jdbc()) {
        awaitHits(node, reads);
        SoftAssertions all = new SoftAssertions();
        for (Map.Entry<String, String> table : tables.entrySet()) {
          String read = "SELECT COUNT(*) FROM " + table.getValue();
          for (int i = 1; i <= 3; i++) {
            value(writes, "INSERT INTO " + table.getValue() + " VALUES (" + i + ")");
            for (int again = 0; again < 3; again++) {
              all.assertThat(value(reads, read)).as(table.getKey()).isEqualTo(String.valueOf(i));
            }
          }
        }
        all.assertAll();
      } finally {
        for (String table : tables.values()) {
          rows(past, "DROP TABLE " + table);
        }
      }
    }
  }

  private static void awaitHits(MysqlNode node, Connection reads) {
    Await.until(
        "the catalogue is read, and results are kept",
        () -> {
          try {
            value(reads, "SELECT MIN(n) FROM engine_innodb");
            return node.metric("heimdall_query_cache_hits_total") > 0;
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
