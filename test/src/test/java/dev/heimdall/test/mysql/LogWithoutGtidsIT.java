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
  @Test
  void transactionsAreKnownByTheirPlaceInTheLog() throws Exception {
    try (MysqlCluster cluster =
        MysqlRelease.MYSQL
            .cluster()
            .option("gtid-mode", "OFF")
            .option("enforce-gtid-consistency", "OFF")
            .start()) {
      MysqlServer server = cluster.primary();
      server.execute("CREATE TABLE app.placed (i INT)");
      try (LogListener listener =
          LogListener.to(
              LogListener.source(
                  server, cluster.superuser(), cluster.password(), BackendTls.defaults()))) {
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
}
