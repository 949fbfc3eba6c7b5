package dev.heimdall.test.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.WireClient;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract on MariaDB, and what MySQL's protocol alone has. */
@Tag("long")
class MysqlClientFaultsIT extends ClientFaultsContract {
  private MysqlNode node;

  @Override
  RunningNode start(Consumer<TestConfiguration> wishes) {
    node =
        MysqlNode.start(
            MysqlRelease.MARIADB,
            c -> {
              c.vdb("limits.maxMessageSize", "4MiB").vdb("limits.maxStatementSize", "1MiB");
              c.vdb("prepared.perClient", 50);
              wishes.accept(c);
            });
    return node;
  }

  @Override
  WireClient connect() throws IOException {
    return RawMysqlClient.connect(node.target());
  }

  @Override
  RawMysqlClient logIn(int receiveBuffer) throws IOException {
    return RawMysqlClient.logIn(node.target(), receiveBuffer);
  }

  @Override
  byte[] query(String sql) {
    return RawMysqlClient.query(sql);
  }

  @Override
  String millions(int rows) {
    return "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < "
        + rows
        + ") SELECT repeat('x', 1000000) FROM n";
  }

  @Override
  byte[] halfLogIn() {
    byte[] response = new byte[60];
    response[0] = (byte) 0x85;
    response[1] = (byte) 0xa6;
    response[2] = 3;
    return RawMysqlClient.packet(1, response);
  }

  @Override
  void assertClean(List<WireClient> clients) throws IOException {
    for (WireClient client : clients) {
      ((RawMysqlClient) client).query(query("START TRANSACTION")); // keeps one of the two
      ((RawMysqlClient) client).query(query("SELECT @@autocommit"));
      assertThat(client.value("SELECT IS_USED_LOCK('left_behind') IS NULL")).isEqualTo("1");
      assertThat(client.value("SELECT @left_behind IS NULL")).isEqualTo("1");
      assertThat(client.value("SELECT @@session.sort_buffer_size = @@global.sort_buffer_size"))
          .isEqualTo("1");
    }
  }

  @Override
  Stream<Request> requests() {
    String large = "x".repeat(200_000);
    byte[] prepare = RawMysqlClient.text(Command.STMT_PREPARE, "SELECT ?");
    return Stream.of(
        new Request("query", query("SELECT 'half'")),
        new Request("large query", query("SELECT '" + large + "'")),
        new Request("several", query("SELECT 1; SELECT 2; SELECT 3")),
        new Request("prepare", prepare),
        new Request("execute", all(prepare, RawMysqlClient.execute(1, "half"))),
        new Request(
            "long data",
            all(
                prepare,
                longData(1, large.getBytes()),
                longData(1, large.getBytes()),
                RawMysqlClient.execute(1, ""))),
        new Request(
            "cursor",
            all(
                RawMysqlClient.text(Command.STMT_PREPARE, "SELECT 1 UNION SELECT 2"),
                RawMysqlClient.ofStatement(
                    Command.STMT_EXECUTE, 1, (byte) 1, (byte) 1, (byte) 0, (byte) 0, (byte) 0),
                RawMysqlClient.ofStatement(
                    Command.STMT_FETCH, 1, (byte) 1, (byte) 0, (byte) 0, (byte) 0))),
        new Request("database", RawMysqlClient.text(Command.INIT_DB, "information_schema")),
        new Request("reset", RawMysqlClient.command(Command.RESET_CONNECTION)),
        new Request(
            "transaction", all(query("START TRANSACTION"), query("SELECT 1 FROM dual FOR UPDATE"))),
        new Request("autocommit", all(query("SET autocommit = 0"), query("SELECT 1"))),
        new Request("variable", query("SET SESSION sort_buffer_size = 65536")),
        new Request("user variable", query("SET @left_behind = 1")),
        new Request("sleep", query("SELECT sleep(60)")),
        new Request("temporary table", query("CREATE TEMPORARY TABLE left_behind (a int)")),
        new Request("lock", query("SELECT get_lock('left_behind', 0)")),
        new Request("large result", query("SELECT repeat('x', 30000000)")));
  }

  private static byte[] longData(int number, byte[] data) {
    byte[] body = new byte[2 + data.length];
    System.arraycopy(data, 0, body, 2, data.length);
    return RawMysqlClient.ofStatement(Command.STMT_SEND_LONG_DATA, number, body);
  }

  private static byte[] all(byte[]... pieces) {
    return Frontend.all(pieces);
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("unknown command", RawMysqlClient.command(0x55), "1047 08S01"),
        Arguments.of("command of servers", RawMysqlClient.command(0), "1047 08S01"),
        Arguments.of("dump", RawMysqlClient.command(Command.BINLOG_DUMP, new byte[10]), "1047"),
        Arguments.of("bulk", RawMysqlClient.command(Command.STMT_BULK_EXECUTE), "1047 08S01"),
        Arguments.of("no number", RawMysqlClient.command(Command.STMT_EXECUTE), "1835 HY000"),
        Arguments.of("no statement", RawMysqlClient.execute(77, "x"), "1243 HY000"),
        Arguments.of(
            "no statement to fetch",
            RawMysqlClient.ofStatement(Command.STMT_FETCH, 9, new byte[4]),
            "1243 HY000"),
        Arguments.of(
            "no statement to reset",
            RawMysqlClient.ofStatement(Command.STMT_RESET, 9),
            "1243 HY000"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void whatCannotBeCarriedOutIsAnErrorAndNoMore(String name, byte[] bytes, String error)
      throws IOException {
    try (RawMysqlClient client = logIn(0)) {
      client.send(bytes);
      assertThat(RawMysqlClient.error(client.receive())).startsWith(error);
      assertThat(client.value("SELECT 'goes on'")).isEqualTo("goes on");
    }
  }

  static Stream<Arguments> fatal() {
    byte[] query = RawMysqlClient.query("SELECT 'must not run'");
    byte[] outOfOrder = query.clone();
    outOfOrder[3] = 7;
    return Stream.of(
        Arguments.of("out of order", outOfOrder, "1156 08S01"),
        Arguments.of("out of order without payload", new byte[] {0, 0, 0, 3}, "1156 08S01"),
        Arguments.of(
            "statement above the limit", new byte[] {0, 0, 32, 0, Command.QUERY}, "1153 08S01"),
        Arguments.of(
            "16 MiB and no end",
            new byte[] {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0, Command.QUERY},
            "1153 08S01"),
        Arguments.of(
            "long data above the limit",
            new byte[] {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0, Command.STMT_SEND_LONG_DATA},
            "1153 08S01"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fatal")
  void aViolationOfTheProtocolEndsThatClient(String name, byte[] bytes, String error)
      throws IOException {
    for (String before : new String[] {null, "START TRANSACTION"}) {
      try (RawMysqlClient client = logIn(0)) {
        if (before != null) {
          client.query(query(before));
        }
        client.send(bytes);
        List<String> answer = client.untilClosed();
        assertThat(answer).hasSize(1);
        assertThat(answer.get(0)).startsWith(error);
      }
      assertServed();
    }
  }

  @Test
  void longDataWithoutEndIsBounded() throws IOException {
    long direct = PlatformDependent.usedDirectMemory();
    byte[] part = longData(1, new byte[100_000]);
    try (RawMysqlClient client = logIn(0)) {
      client.prepare("SELECT length(?)");
      List<String> answer = new ArrayList<>();
      try {
        for (int i = 0; i < 400; i++) {
          client.send(part);
        }
      } catch (IOException ended) {
        answer.add(ended.toString());
      }
      answer.addAll(client.untilClosed());
      assertThat(answer.toString()).contains("1153 08S01").as("or a reset").isNotEmpty();
    } catch (IOException reset) {
      // an end as well
    }
    assertServed();
    assertThat(PlatformDependent.usedDirectMemory() - direct).isLessThan(16L << 20);
  }

  @Test
  void statementsWithoutEndAreRefusedAndThoseOfBeforeWork() throws IOException {
    try (RawMysqlClient client = logIn(0)) {
      for (int i = 1; i <= 50; i++) {
        assertThat(client.prepare("SELECT ?, " + i)).isEqualTo(i);
      }
      client.send(RawMysqlClient.text(Command.STMT_PREPARE, "SELECT 51"));
      assertThat(RawMysqlClient.error(client.receive())).startsWith("1461 42000");
      client.send(RawMysqlClient.ofStatement(Command.STMT_CLOSE, 1));
      assertThat(client.prepare("SELECT 52")).isEqualTo(51);
      client.send(RawMysqlClient.execute(50, "last"));
      client.receive();
    }
  }

  @Test
  void halfOfAHugeMessageIsNotWaitedForWithAServer() throws IOException {
    byte[] header = {0, 0, 15, 0, Command.STMT_EXECUTE, 1, 0, 0, 0};
    List<RawMysqlClient> half = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      RawMysqlClient client = logIn(0);
      client.prepare("SELECT ?");
      client.send(header, new byte[100_000]);
      half.add(client);
      assertServed();
    }
    assertThat(node.servers()).allMatch(row -> row.get("link") == null);
    for (RawMysqlClient client : half) {
      client.vanish();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void bytesThatTrickleInMakeWholeCommands(int size) throws IOException {
    byte[] requests =
        all(
            query("SELECT 'text'"),
            RawMysqlClient.text(Command.STMT_PREPARE, "SELECT ?"),
            RawMysqlClient.execute(1, "binary"),
            RawMysqlClient.ofStatement(Command.STMT_CLOSE, 1),
            query("SELECT 'last'"));
    try (RawMysqlClient client = logIn(0)) {
      for (int at = 0; at < requests.length; at += size) {
        client.sendPart(requests, at, Math.min(requests.length, at + size));
      }
      assertThat(client.rows()).hasToString("[[text]]");
      client.receive(); // prepared, with a parameter and a column
      client.receive();
      client.receive();
      assertThat(client.rows()).hasSize(1);
      assertThat(client.rows()).hasToString("[[last]]");
    }
  }
}
