package dev.heimdall.test.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.catalog.ReadingTerms;
import dev.heimdall.engine.catalog.SharedBuiltIns;
import dev.heimdall.engine.catalog.WeighedRows;
import dev.heimdall.engine.dialect.postgres.catalog.PostgresObjects;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How long what the node asks for itself keeps VACUUM from removing rows: as long as a backend of
 * its has one {@code backend_xmin}.
 */
@Tag("long")
class CatalogueSnapshotsIT {
  private static final String DATABASE = "snapshots";
  private static final String CHANGE = "CREATE TABLE changed";
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private static final String HELD =
      "SELECT pid || '/' || backend_xmin FROM pg_stat_activity WHERE datname = 'snapshots'"
          + " AND backend_xmin IS NOT NULL AND backend_type = 'client backend'"
          + " AND query NOT LIKE 'CREATE TABLE changed%'";

  private static final String MAKE =
      """
      DO $$ BEGIN FOR i IN 1..1500 LOOP
        EXECUTE format('CREATE TABLE t%s (i int PRIMARY KEY, t text DEFAULT now()::text)', i);
        EXECUTE format('CREATE FUNCTION f%s() RETURNS int LANGUAGE sql AS $f$ SELECT i FROM t%s $f$', i, i);
        IF i % 500 = 0 THEN COMMIT; END IF;
      END LOOP; END $$
      """;

  private static Connection superuser() throws SQLException {
    return DriverManager.getConnection(
        SharedPostgres.primary().jdbcUrl("postgres"),
        SharedPostgres.cluster().superuser(),
        SharedPostgres.cluster().password());
  }

  @Test
  void noSnapshotLastsThoughDefinitionsChangeAllTheTime() throws Exception {
    PostgresServer server = SharedPostgres.primary();
    SharedPostgres.createDatabase(DATABASE);
    server.executeIn(DATABASE, MAKE);
    server.executeIn(DATABASE, "GRANT SELECT ON t1 TO app");
    AtomicBoolean over = new AtomicBoolean();
    Thread changes =
        new Thread(
            () -> {
              for (int i = 0; !over.get(); i++) {
                server.executeIn(DATABASE, CHANGE + i + " (i int)");
              }
            });
    Map<String, Long> first = new HashMap<>();
    long longest = 0;
    try (TestNode node =
            TestNode.start(
                c -> c.source("url", server.jdbcUrl(DATABASE)).source("catalog.refresh", "1s"));
        Connection client = node.target().in(DATABASE).jdbc();
        Statement asks = client.createStatement();
        Connection watch = superuser();
        Statement sample = watch.createStatement()) {
      changes.start();
      long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      while (System.nanoTime() < end) {
        asks.execute("SELECT count(*) FROM t1");
        try (ResultSet rows = sample.executeQuery(HELD)) {
          long now = System.nanoTime();
          while (rows.next()) {
            first.putIfAbsent(rows.getString(1), now);
            longest = Math.max(longest, now - first.get(rows.getString(1)));
          }
        }
      }
    } finally {
      over.set(true);
      changes.join();
    }
    assertThat(first).as("snapshots that were seen").hasSizeGreaterThan(10);
    assertThat(Duration.ofNanos(longest)).isLessThan(LONGEST);
  }

  @Test
  void whatIsReadInOneSnapshotEndsInTime() throws Exception {
    try (Connection connection = superuser()) {
      connection.setAutoCommit(false);
      ReadingTerms terms =
          new ReadingTerms(
              Map.of(),
              new SharedBuiltIns(PostgresObjects.INSTANCE),
              Duration.ZERO,
              Long.MAX_VALUE);
      WeighedRows rows = new WeighedRows(connection, terms, 10);
      rows.endWithin(Duration.ofMillis(300));

      long from = System.nanoTime();
      assertThatThrownBy(
              () ->
                  rows.each("SELECT i, pg_sleep(0.01) FROM generate_series(1, 3000) i", row -> {}))
          .isInstanceOf(SQLTimeoutException.class);
      assertThatThrownBy(() -> rows.each("SELECT 1", row -> {}))
          .isInstanceOf(SQLTimeoutException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(LONGEST);
    }
  }
}
