package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.BinlogPosition;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.model.BackendTls;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlRelease;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** MySQL as it is without options: its transactions have no GTIDs. */
@Tag("long")
class LogWithoutGtidsIT {
  private static final int WRITES = 10_000;

  private static MysqlCluster start() throws Exception {
    return MysqlRelease.MYSQL
        .cluster()
        .option("gtid-mode", "OFF")
        .option("enforce-gtid-consistency", "OFF")
        .start();
  }

  private static LogListener listener(MysqlCluster cluster) {
    return LogListener.to(
        LogListener.source(
            cluster.primary(), cluster.superuser(), cluster.password(), BackendTls.defaults()));
  }

  @Test
  void transactionsAreKnownByTheirPlaceInTheLog() throws Exception {
    try (MysqlCluster cluster = start()) {
      MysqlServer server = cluster.primary();
      server.execute("CREATE TABLE app.placed (i INT)");
      try (LogListener listener = listener(cluster)) {
        server.execute("INSERT INTO app.placed VALUES (1)");
        String file = server.queryValue("", "SHOW BINARY LOG STATUS");
        Await.until("it was heard of", () -> listener.count() == 1);
        LogListener.Heard heard = listener.take().get(0);
        assertThat(heard.tables()).isEqualTo(Set.of("app.placed"));
        assertThat(heard.at()).isInstanceOf(BinlogPosition.class);
        assertThat(file).endsWith(String.valueOf(((BinlogPosition) heard.at()).file()));
      }
    }
  }

  /** Each waits a second until it counts as visible; the log is read on meanwhile. */
  @Test
  void aServerWithThousandsOfWritesIsFollowed() throws Exception {
    try (MysqlCluster cluster = start()) {
      MysqlServer server = cluster.primary();
      server.execute(
          "CREATE TABLE app.placed (i INT)",
          "CREATE PROCEDURE app.writes(n INT) BEGIN"
              + " WHILE n > 0 DO INSERT INTO app.placed VALUES (n); SET n = n - 1; END WHILE; END");
      try (LogListener listener = listener(cluster)) {
        server.execute("CALL app.writes(" + WRITES + ")");
        Await.until("all were heard of", () -> listener.count() >= WRITES);
        assertThat(listener.follows()).isTrue();
        assertThat(listener.tooLate()).isEmpty();
      }
    }
  }
}
