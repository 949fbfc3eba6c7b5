package dev.heimdall.test.mysql;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** A server rejects what is above its {@code max_allowed_packet}, and reads nothing more. */
@Timeout(120)
@Tag("long")
class MysqlLargeStatementsIT {
  private static final int MOST = 1 << 20;
  private static final String REJECTED = "1153 08S01 Got a packet bigger than";

  private static String error(RawMysqlClient client, byte[] command) throws IOException {
    client.send(command);
    byte[] answer = client.receive();
    return answer[0] == (byte) 0xFF ? RawMysqlClient.error(answer) : "no error";
  }

  /** The server has closed its side before all is sent: what it has said is read nonetheless. */
  @MariadbAndMysql
  void aLargeStatementGetsTheServersError(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    String before = server.queryValue("app", "SELECT @@global.max_allowed_packet");
    server.execute("SET GLOBAL max_allowed_packet = " + MOST);
    SoftAssertions all = new SoftAssertions();
    try {
      for (String tls : new String[] {"disable", "require"}) {
        try (MysqlNode node =
                MysqlNode.start(release, c -> c.source("tls.mode", tls).vdb("pool.size", 1));
            RawMysqlClient client = RawMysqlClient.logIn(node.target());
            RawMysqlClient other = RawMysqlClient.logIn(node.target())) {
          for (int size : new int[] {MOST + 1, 5 * MOST, 15 * MOST}) {
            String sql = "SELECT LENGTH('" + "x".repeat(size) + "')";
            for (int command : new int[] {Command.QUERY, Command.STMT_PREPARE}) {
              String what = "command " + command + ", " + size + " bytes, TLS " + tls;
              all.assertThat(error(client, RawMysqlClient.text(command, sql)))
                  .as(what)
                  .startsWith(REJECTED);
              all.assertThat(client.value("SELECT 1")).as(what).isEqualTo("1");
              all.assertThat(other.value("SELECT 2")).as(what).isEqualTo("2");
            }
          }
        }
      }
    } finally {
      server.execute("SET GLOBAL max_allowed_packet = " + before);
    }
    all.assertAll();
  }
}
