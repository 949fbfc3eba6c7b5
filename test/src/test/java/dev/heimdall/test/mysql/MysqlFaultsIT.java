package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.mysql.ServerLink.Connected;
import dev.heimdall.test.mysql.ServerLink.LogInRequest;
import dev.heimdall.test.mysql.ServerLink.Reply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What the node hears when a MySQL or MariaDB server ends connections, or is ended. */
class MysqlFaultsIT {
  private static ServerLink link;

  @BeforeAll
  static void open() {
    link = new ServerLink();
  }

  @AfterAll
  static void close() {
    link.close();
  }

  private static Connected connect(MysqlServer server) throws Exception {
    return link.connect(
        new LogInRequest(server.port(), MysqlRelease.USER, MysqlRelease.PASSWORD, "app")
            .agreed(Capability.DEPRECATE_EOF));
  }

  private static Reply sleeping(Connected connected, MysqlServer server) {
    Reply sleeps = connected.begin((requests, reply) -> requests.query("SELECT SLEEP(60)", reply));
    Await.until(
        "the statement runs",
        () ->
            !server
                .queryValue(
                    "",
                    "SELECT count(*) FROM information_schema.processlist WHERE info LIKE"
                        + " 'SELECT SLEEP%' AND id = "
                        + connected.connection.processId())
                .equals("0"));
    return sleeps;
  }

  @MariadbAndMysql
  void aConnectionIsKilledAtWorkAndAtRest(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    Connected atWork = connect(server);
    Reply sleeps = sleeping(atWork, server);
    server.execute("KILL " + atWork.connection.processId());
    ServerLink.get(atWork.closed);
    assertThat(ServerLink.get(sleeps.done).error.isFatal()).isTrue();

    Connected atRest = connect(server);
    server.execute("KILL " + atRest.connection.processId());
    assertThat(ServerLink.get(atRest.closed)).isNotNull();
  }

  @MariadbAndMysql
  void aCancelThatComesLateMeetsNoOtherStatement(MysqlRelease release) throws Exception {
    Connected connected = connect(release.shared().primary());
    for (int i = 0; i < 3; i++) {
      Reply done = new Reply();
      connected.onLoop(made -> link.connector.cancel(made, () -> done.done.complete(done)));
      ServerLink.get(done.done);
      assertThat(connected.ask((requests, reply) -> requests.probe(reply)).error).isNull();
      assertThat(connected.query("SELECT SLEEP(0.05)").rows).hasToString("[[0]]");
    }
  }

  @MariadbAndMysql
  void anIdleConnectionThatTheServerEndsSaysWhy(MysqlRelease release) throws Exception {
    Connected connected = connect(release.shared().primary());
    connected.query("SET wait_timeout = 1");
    String why = ServerLink.get(connected.closed);
    assertThat(why).isNotEmpty();
    assertThat(why).doesNotContain("protocol");
  }

  @MariadbAndMysql
  void aServerIsShutDownAndKilled(MysqlRelease release) throws Exception {
    try (MysqlCluster cluster = release.cluster().start()) {
      MysqlServer server = cluster.primary();
      Connected first = connect(server);
      Reply sleeps = sleeping(first, server);
      server.stop();
      ServerLink.get(first.closed);
      Reply ended = ServerLink.get(sleeps.done); // SLEEP itself may say by its value
      assertThat(ended.error == null || ended.error.isFatal()).isTrue();
      ConnectFailure away = catchThrowableOfType(ConnectFailure.class, () -> connect(server));
      assertThat(away.permanent()).isFalse();

      server.start();
      Connected second = connect(server);
      Reply rows =
          second.begin(
              (requests, reply) ->
                  requests.query(
                      "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i <"
                          + " 900) SELECT a.i, b.i, c.i, REPEAT('x', 200) FROM n a, n b, n c",
                      reply));
      Await.until("rows come", () -> second.connection.bytesIn() > 1 << 20);
      server.kill();
      assertThat(ServerLink.get(rows.done).error.isFatal()).isTrue();
      assertThat(ServerLink.get(second.closed)).isNotEmpty();
    }
  }
}
