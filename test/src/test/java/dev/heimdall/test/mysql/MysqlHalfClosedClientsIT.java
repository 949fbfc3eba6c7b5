package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.util.List;

/** What a client of MySQL's protocol has sent whole is run and answered, although it leaves. */
class MysqlHalfClosedClientsIT {
  private static final int TIMES = 10;

  private static List<String> heard(MysqlTarget target, byte[]... last) throws IOException {
    try (RawMysqlClient client = RawMysqlClient.logIn(target)) {
      client.send(last);
      client.shutdownOutput();
      return client.untilClosed();
    }
  }

  private static String rows(MysqlRelease release) {
    return release.shared().primary().queryValue("app", "SELECT COUNT(*) FROM half_closed");
  }

  @MariadbAndMysql
  void whatItHasSentIsAnsweredAndRun(MysqlRelease release) throws IOException {
    release
        .shared()
        .primary()
        .executeIn("app", "DROP TABLE IF EXISTS half_closed", "CREATE TABLE half_closed (a INT)");
    byte[] slow = RawMysqlClient.query("SELECT SLEEP(0.2)");
    byte[] writes = RawMysqlClient.query("INSERT INTO half_closed VALUES (1)");
    byte[] quit = RawMysqlClient.command(Command.QUIT);
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2))) {
      for (int i = 0; i < 3; i++) {
        assertThat(heard(node.target(), slow)).hasSizeGreaterThan(2);
        assertThat(heard(node.target(), slow, quit)).hasSizeGreaterThan(2);
        assertThat(heard(node.target(), writes)).containsExactly("0"); // an OK packet
      }
      for (int i = 0; i < TIMES; i++) {
        try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
          client.send(writes, quit);
        }
      }
      Await.until("all are there", () -> rows(release).equals(String.valueOf(TIMES + 3)));
    }
  }
}
