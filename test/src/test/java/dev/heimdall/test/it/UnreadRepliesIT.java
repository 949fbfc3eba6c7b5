package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whoever asks in whatever way, and reads nothing of the reply, keeps the only server connection no
 * longer than {@code clients.replyTimeout}: then a polite client has its turn.
 */
@Tag("ci")
class UnreadRepliesIT {
  private static final String ROWS = "SELECT repeat('x', 1000) FROM generate_series(1, 40000)";
  private static final String ONE_VALUE = "SELECT repeat('x', 40000000)";
  private static final String OF_MYSQL =
      "SELECT repeat('x', 60000) FROM information_schema.columns LIMIT 500";
  private static final int FEW_BYTES = 4096;

  private static TestConfiguration impatient(TestConfiguration c, int size) {
    return c.node("loops", 1).vdb("pool.size", size).vdb("clients.replyTimeout", "300ms");
  }

  /** What goes before, and what is asked then. */
  static Stream<Arguments> ways() {
    byte[] many =
        all(Collections.nCopies(200, query("SELECT repeat('x', 200000)")).toArray(byte[][]::new));
    return Stream.of(
        Arguments.of("rows", "SELECT 1", query(ROWS)),
        Arguments.of("rows of a kibibyte", "SELECT 1", query(ofWholeMessages())),
        Arguments.of("one value", "SELECT 1", query(ONE_VALUE)),
        Arguments.of(
            "a portal to its end",
            "SELECT 1",
            all(parse("", ROWS), bind("", ""), execute("", 0), sync())),
        Arguments.of("COPY", "SELECT 1", query("COPY (" + ROWS + ") TO STDOUT")),
        Arguments.of("in a transaction", "BEGIN", query(ROWS)),
        Arguments.of(
            "a cursor", "BEGIN; DECLARE unread CURSOR FOR " + ROWS, query("FETCH ALL FROM unread")),
        Arguments.of("several in one text", "SELECT 1", query(ROWS + ";" + ROWS)),
        Arguments.of("one behind the other", "SELECT 1", many));
  }

  /**
   * Each message of the reply has 1,024 bytes, the row description, too: what the server has sent
   * when the client is given up ends with a whole one, behind which an error may be sent.
   */
  private static String ofWholeMessages() {
    StringBuilder sql = new StringBuilder("SELECT repeat('x', 953) AS ").append("a".repeat(45));
    for (int i = 1; i < 16; i++) {
      char name = (char) ('a' + i);
      sql.append(", '' AS ").append(String.valueOf(name).repeat(i < 9 ? 45 : 44));
    }
    return sql.append(" FROM generate_series(1, 40000)").toString();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  void aPoliteClientHasItsTurn(String way, String before, byte[] asks) throws IOException {
    try (TestNode node = TestNode.start(c -> impatient(c, 1));
        RawClient greedy = RawClient.connect(node.target(), FEW_BYTES);
        RawClient polite = RawClient.logIn(node.target())) {
      greedy.logIn(0);
      greedy.query(before);
      greedy.send(asks);
      assertThat(polite.value("SELECT 1")).as(way).isEqualTo("1");
      endedOnce(node);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MARIADB, text", "MARIADB, transaction", "MARIADB, prepared",
    "MYSQL, text", "MYSQL, transaction", "MYSQL, prepared"
  })
  void aPoliteClientOfMysqlsProtocolHasItsTurn(MysqlRelease release, String way)
      throws IOException {
    try (MysqlNode node = MysqlNode.start(release, c -> impatient(c, 1));
        RawMysqlClient greedy = RawMysqlClient.logIn(node.target(), FEW_BYTES);
        RawMysqlClient polite = RawMysqlClient.logIn(node.target())) {
      if (way.equals("transaction")) {
        greedy.query(RawMysqlClient.query("BEGIN"));
      }
      greedy.send(
          way.equals("prepared")
              ? RawMysqlClient.ofStatement(
                  Command.STMT_EXECUTE,
                  greedy.prepare(OF_MYSQL),
                  (byte) 0,
                  (byte) 1,
                  (byte) 0,
                  (byte) 0,
                  (byte) 0)
              : RawMysqlClient.query(OF_MYSQL));
      assertThat(polite.value("SELECT 1")).isEqualTo("1");
      endedOnce(node);
    }
  }

  private static void endedOnce(RunningNode node) {
    Await.until("only the polite one is left", () -> node.clients().size() == 1);
    assertThat(node.metric("heimdall_clients_unread_total")).isEqualTo(1);
  }

  /** As many as would fill a pool six times over. */
  @Test
  @Tag("long")
  void manyOfThemFillNoPoolForGood() throws IOException {
    try (TestNode node = TestNode.start(c -> impatient(c, 10))) {
      List<RawClient> greedy = new ArrayList<>();
      try {
        for (int i = 0; i < 64; i++) {
          RawClient client = RawClient.connect(node.target(), FEW_BYTES);
          greedy.add(client);
          client.logIn(0);
          client.send(query(ROWS));
        }
        try (RawClient polite = RawClient.logIn(node.target())) {
          assertThat(polite.value("SELECT 1")).isEqualTo("1");
        }
        Await.until("all are closed", () -> node.metric("heimdall_clients_unread_total") == 64);
      } finally {
        for (RawClient client : greedy) {
          client.close();
        }
      }
    }
  }
}
