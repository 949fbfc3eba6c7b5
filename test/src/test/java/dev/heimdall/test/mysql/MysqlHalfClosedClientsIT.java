package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.TestConfiguration.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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

  private static void makeTable(MysqlRelease release) {
    release
        .shared()
        .primary()
        .executeIn(
            "app",
            "SET GLOBAL local_infile = 1",
            "DROP TABLE IF EXISTS half_closed",
            "CREATE TABLE half_closed (a INT)");
  }

  private static byte[] insert(int value) {
    return RawMysqlClient.query("INSERT INTO half_closed VALUES (" + value + ")");
  }

  private static boolean waits(MysqlNode node, int clients) {
    return node.admin("SHOW POOLS").stream()
        .anyMatch(row -> String.valueOf(clients).equals(row.get("cl_waiting")));
  }

  @MariadbAndMysql
  void whatWaitsInTheQueueIsRunToo(MysqlRelease release) throws IOException {
    makeTable(release);
    byte[] quit = RawMysqlClient.command(Command.QUIT);
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        RawMysqlClient first = RawMysqlClient.logIn(node.target());
        RawMysqlClient waiting = RawMysqlClient.logIn(node.target())) {
      first.query(RawMysqlClient.query("BEGIN"));
      first.query(insert(1));
      waiting.send(insert(2));
      waiting.shutdownOutput();
      for (int i = 0; i < 3; i++) {
        try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
          client.send(insert(3), quit);
        }
      }
      Await.until("they wait", () -> waits(node, 4));
      first.query(RawMysqlClient.query("COMMIT"));
      assertThat(waiting.untilClosed()).containsExactly("0");
      Await.until("all are there", () -> rows(release).equals("5"));
    }
  }

  @MariadbAndMysql
  void whatARuleDelaysIsRunToo(MysqlRelease release) throws IOException {
    makeTable(release);
    byte[] quit = RawMysqlClient.command(Command.QUIT);
    try (MysqlNode node =
        MysqlNode.start(
            release,
            c ->
                c.vdb("pool.size", 2)
                    .vdb("rules", List.of("delays"))
                    .rules(
                        "delays",
                        rule(
                            "half_closed",
                            "trigger",
                            "\"timing\": \"before\", \"command\": \"SELECT SLEEP(0.3)\"")))) {
      assertThat(heard(node.target(), insert(1))).containsExactly("0");
      for (int i = 0; i < 3; i++) {
        try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
          client.send(insert(2), quit);
        }
      }
      Await.until("all are there", () -> rows(release).equals("4"));
    }
  }

  @MariadbAndMysql
  void whatARuleDelaysIsRunThoughItsNodeDrains(MysqlRelease release) throws IOException {
    makeTable(release);
    byte[] quit = RawMysqlClient.command(Command.QUIT);
    try (MysqlNode node =
        MysqlNode.start(
            release,
            c ->
                c.node("drainTimeout", "20s")
                    .vdb("pool.size", 2)
                    .vdb("clients.halfClosedTimeout", "20s")
                    .vdb("rules", List.of("delays"))
                    .rules("delays", rule("half_closed", "tag", "\"delay\": 3000000")))) {
      for (int i = 0; i < 3; i++) {
        try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
          client.send(insert(i), quit);
        }
      }
      Await.until(
          "they are delayed",
          () ->
              node.clients().stream().filter(row -> "rule".equals(row.get("waits_for"))).count()
                  == 3);
      // Idle ones go within its first two seconds already; the others behind them.
      node.node().beginDrain(Duration.ofSeconds(2)).join();
      assertThat(rows(release)).isEqualTo("3");
    }
  }

  @MariadbAndMysql
  void aFileThatItHasSentWholeIsLoaded(MysqlRelease release) throws IOException {
    makeTable(release);
    byte[] load = RawMysqlClient.query("LOAD DATA LOCAL INFILE 'a.csv' INTO TABLE half_closed");
    byte[] quit = RawMysqlClient.command(Command.QUIT);
    byte[] file = RawMysqlClient.packet(2, "1\n2\n".getBytes(StandardCharsets.US_ASCII));
    byte[] end = RawMysqlClient.packet(3, new byte[0]);
    try (MysqlNode node =
        MysqlNode.start(release, c -> c.vdb("pool.size", 2).vdb("clients.localInfile", true))) {
      try (RawMysqlClient client = RawMysqlClient.logInWithFiles(node.target())) {
        client.send(load);
        client.receive(); // the server asks for the file
        client.send(file, end);
        client.shutdownOutput();
        assertThat(client.untilClosed()).containsExactly("0");
      }
      assertThat(rows(release)).isEqualTo("2");
      try (RawMysqlClient client = RawMysqlClient.logInWithFiles(node.target())) {
        client.send(load);
        client.receive();
        client.send(file, end, quit);
      }
      Await.until("all are there", () -> rows(release).equals("4"));
      // One that is cut off is not.
      try (RawMysqlClient client = RawMysqlClient.logInWithFiles(node.target())) {
        client.send(load);
        client.receive();
        client.send(file);
        client.shutdownOutput();
        client.untilClosed();
      }
      try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
        assertThat(client.value("SELECT COUNT(*) FROM half_closed")).isEqualTo("4");
      }
    }
  }
}
