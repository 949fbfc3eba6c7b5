package dev.heimdall.test.consistency;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The contract on MariaDB, and of MySQL that sessions of the node see only their own. */
@Tag("long")
class MariadbSessionIsolationIT extends SessionIsolationContract {
  @Override
  void prepare() {
    MysqlIsolation.prepareDatabase(MysqlRelease.MARIADB.shared().primary());
  }

  @Override
  RunningNode start(Consumer<TestConfiguration> wishes) {
    return MysqlNode.start(MysqlRelease.MARIADB, wishes);
  }

  @Override
  IsolationRun.Clients clientsOf(int port) throws IOException {
    return MysqlIsolation.of(
        new MysqlTarget(
            "127.0.0.1",
            port,
            MysqlRelease.DATABASE,
            MysqlRelease.USER,
            MysqlRelease.PASSWORD,
            false));
  }

  @Override
  LeakyProxy leaky(int connections) throws IOException {
    return new LeakyMysql(MysqlTarget.of(MysqlRelease.MARIADB.shared().primary()), connections);
  }

  @Override
  Stream<String> kinds() {
    return Stream.of("setting", "prepared", "table", "lock", "id", "warning", "rows");
  }

  @Override
  void awaitNothingLeft() {
    awaitNothingLeft(MysqlRelease.MARIADB);
  }

  private static void awaitNothingLeft(MysqlRelease release) {
    String free =
        "WITH RECURSIVE c AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM c WHERE n < "
            + (CLIENTS - 1)
            + ") SELECT MIN(IS_FREE_LOCK(concat('iso_', n))) FROM c";
    Await.until(
        "no lock left behind",
        () -> "1".equals(release.shared().primary().queryValue("app", free)));
  }

  @Test
  void sessionsOverServerConnectionsOfMysqlSeeOnlyTheirOwn() throws Exception {
    MysqlIsolation.prepareDatabase(MysqlRelease.MYSQL.shared().primary());
    try (RunningNode node =
        MysqlNode.start(
            MysqlRelease.MYSQL,
            c -> c.node("loops", 2).vdb("pool.size", 5).vdb("pool.queueTimeout", "60s"))) {
      seeOnlyTheirOwn(node, clientsOf(node.port(TestConfiguration.VDB)));
      awaitNothingLeft(MysqlRelease.MYSQL);
    }
  }
}
