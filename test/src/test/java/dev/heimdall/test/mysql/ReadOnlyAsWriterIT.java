package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.AuroraWords;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.mysql.ServerLink.Connected;
import dev.heimdall.test.mysql.ServerLink.LogInRequest;

/** A former writer that has come back as a replica, before anybody has asked what it is now. */
class ReadOnlyAsWriterIT {
  private static LogInRequest wish(MysqlServer server) {
    return new LogInRequest(server.port(), MysqlRelease.USER, MysqlRelease.PASSWORD, "app");
  }

  @MariadbAndMysql
  void isNotConnectedToAsAWriterThatAllowsWritesAndIsAsAnythingElse(MysqlRelease release)
      throws Exception {
    try (MysqlCluster cluster = release.cluster().start();
        ServerLink link = new ServerLink()) {
      MysqlServer server = cluster.primary();
      Connected writer = link.connect(wish(server).asWriter());
      assertThat(writer.query("SELECT @@session_track_state_change").rows).hasToString("[[1]]");

      server.execute("SET GLOBAL read_only = 1");
      ConnectFailure failure =
          catchThrowableOfType(ConnectFailure.class, () -> link.connect(wish(server).asWriter()));
      assertThat(failure)
          .hasMessage(
              "the server at localhost:%d allows no writes (read_only or innodb_read_only), and may not be"
                      .formatted(server.port())
                  + " the writer any more");
      assertThat(failure.permanent()).isFalse();
      assertThat(link.connect(wish(server)).query("SELECT 1").rows).hasToString("[[1]]");

      server.execute("SET GLOBAL read_only = 0");
      assertThat(link.connect(wish(server).asWriter()).query("SELECT 1").rows).hasToString("[[1]]");
    }
  }

  /** As a replica of Aurora is, whatever {@code read_only} is there. */
  @MariadbAndMysql
  void isNotTheWriterWhereItsStorageIsReadOnly(MysqlRelease release) throws Exception {
    try (MysqlCluster cluster = release.cluster().start();
        AuroraWords replica = AuroraWords.forwarding(cluster.primary().port());
        ServerLink link = new ServerLink()) {
      LogInRequest there =
          new LogInRequest(replica.port(), MysqlRelease.USER, MysqlRelease.PASSWORD, "app");
      assertThat(catchThrowableOfType(ConnectFailure.class, () -> link.connect(there.asWriter())))
          .hasMessageContaining("allows no writes");
      assertThat(link.connect(there).query("SELECT 1").rows).hasToString("[[1]]");
    }
  }
}
