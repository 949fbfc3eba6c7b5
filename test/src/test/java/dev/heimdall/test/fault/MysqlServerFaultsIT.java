package dev.heimdall.test.fault;

import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A connection to a MariaDB server is lost or broken: what its client sees, and who else does. */
@Tag("ci")
class MysqlServerFaultsIT {
  private TcpFaults faults;
  private MysqlNode node;

  @BeforeEach
  void start() throws IOException {
    faults = new TcpFaults("127.0.0.1", MysqlRelease.MARIADB.shared().primary().port());
    node =
        MysqlNode.start(
            MysqlRelease.MARIADB,
            c ->
                c.source("url", "jdbc:mysql://127.0.0.1:" + faults.port() + "/app")
                    .source("catalog.enabled", false)
                    .source("connectTimeout", "1s")
                    .vdb("pool.size", 2)
                    .vdb("pool.queueTimeout", "1s"));
  }

  @AfterEach
  void end() throws IOException {
    Rest.poolsOf(node);
    node.close();
    faults.close();
  }

  private Connection prepares() throws SQLException {
    return node.target()
        .jdbc(
            "useServerPrepStmts",
            "true",
            "emulateUnsupportedPstmts",
            "false",
            "socketTimeout",
            "9000");
  }

  @Test
  void anExecutionWhoseStatementIsBeingPreparedAnewIsCarriedOutElsewhere() throws Exception {
    try (Connection client = prepares();
        PreparedStatement statement = client.prepareStatement("SELECT 'done' AS anew")) {
      for (int round = 0; round < 3; round++) {
        node.admin("RECONNECT");
        faults.cutOnce("anew".getBytes(StandardCharsets.US_ASCII), round * 7);
        assertThat(value(statement)).isEqualTo("done");
        assertThat(faults.cutDone()).isTrue();
      }
    }
  }

  @Test
  void aPreparationThatFailedForWantOfAServerIsNotTheNextOne() throws Exception {
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      faults.refuse(true);
      faults.cutAll(false);
      Await.until("no connection is left", () -> node.servers().isEmpty());
      assertThatThrownBy(() -> client.prepare("SELECT 'first'"))
          .isInstanceOf(RawMysqlClient.ErrorReceived.class);
      faults.refuse(false);
      AtomicInteger number = new AtomicInteger();
      Await.until(
          "there is a server again",
          () -> {
            try {
              number.set(client.prepare("SELECT 'second'"));
              return true;
            } catch (RawMysqlClient.ErrorReceived notYet) {
              return false;
            }
          });
      client.send(
          RawMysqlClient.ofStatement(
              Command.STMT_EXECUTE, number.get(), new byte[] {0, 1, 0, 0, 0}));
      client.receive();
      client.receive();
      assertThat(new String(client.receive(), StandardCharsets.US_ASCII)).endsWith("second");
    }
  }

  /** What a server may be in the midst of answering. */
  static Stream<Arguments> asked() {
    return Stream.of(
        Arguments.of("OK", RawMysqlClient.query("DO 1"), 2),
        Arguments.of("rows", RawMysqlClient.query("SELECT 'a', 'b' UNION SELECT 'c', 'd'"), 5),
        Arguments.of("several", RawMysqlClient.query("SELECT 1; DO 2; SELECT 'last'"), 5),
        Arguments.of("error", RawMysqlClient.query("SELECT nothing"), 3),
        Arguments.of("warnings", RawMysqlClient.query("SELECT 1/0"), 5),
        Arguments.of("preparing", RawMysqlClient.text(Command.STMT_PREPARE, "SELECT ?, 1"), 5),
        Arguments.of("executing", RawMysqlClient.execute(1, "text"), 5),
        Arguments.of(
            "cursor",
            RawMysqlClient.ofStatement(Command.STMT_EXECUTE, 2, new byte[] {1, 1, 0, 0, 0}),
            5),
        Arguments.of("resetting", RawMysqlClient.command(Command.RESET_CONNECTION), 5),
        Arguments.of("database", RawMysqlClient.text(Command.INIT_DB, "mysql"), 3));
  }

  /**
   * Each packet that the client gets is one of the answer's, in its order; then there is an end.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("asked")
  void anAnswerThatIsCutOffIsNeverFilledUp(String name, byte[] command, int step) throws Exception {
    List<String> whole = answer(command, -1, null);
    assertThat(whole.get(whole.size() - 1)).isEqualTo("goes on");
    for (int cut = 0; cut < 160; cut += step) {
      List<String> got = answer(command, cut, whole);
      String last = got.get(got.size() - 1);
      assertThat(last).as("cut after %d: %s", cut, got).matches("goes on|closed|[0-9]+ .*");
      List<String> before = last.equals("goes on") ? got : got.subList(0, got.size() - 1);
      assertThat(before)
          .as("cut after %d: %s", cut, got)
          .isEqualTo(whole.subList(0, Math.min(before.size(), whole.size())));
    }
  }

  /**
   * The packets of the answer, without what differs each time, and what becomes of the client.
   *
   * @param whole up to an error that is not in it, if there is one
   */
  private List<String> answer(byte[] command, int cut, List<String> whole) throws IOException {
    List<String> got = new ArrayList<>();
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      client.prepare("SELECT ?");
      client.prepare("SELECT 1 UNION SELECT 2");
      client.query(RawMysqlClient.query("DO 0"));
      faults.cutAfterBytesFromTarget(cut);
      client.send(command, RawMysqlClient.query("SELECT 'goes on'"));
      try {
        while (got.isEmpty() || !got.get(got.size() - 1).equals("goes on")) {
          byte[] packet = client.receive();
          String text = new String(packet, StandardCharsets.ISO_8859_1);
          if ((packet[0] & 0xFF) == 0xFF) {
            got.add(RawMysqlClient.error(packet));
            assertThat(got.get(got.size() - 1)).matches("[0-9]+ [0-9A-Z]{5} .+");
            if (whole != null && !whole.contains(got.get(got.size() - 1))) {
              break;
            }
          } else if (text.endsWith("goes on") && packet[0] == 7) {
            got.add("goes on");
          } else {
            got.add(packet.length + " bytes");
          }
        }
      } catch (EOFException closed) {
        got.add("closed");
      }
    }
    faults.cutAfterBytesFromTarget(-1);
    return got;
  }

  /** Errors in the place of a greeting, as a server gives them that takes nobody in. */
  @ParameterizedTest
  @CsvSource({
    "1040, Too many connections",
    "1129, Host is blocked because of many connection errors",
    "1053, Server shutdown in progress",
    "1203, User has already more than 'max_user_connections' active connections"
  })
  void aServerThatTakesNobodyInIsAnErrorAndNoMore(int number, String message) throws Exception {
    byte[] text = message.getBytes(StandardCharsets.US_ASCII);
    byte[] refusal = new byte[3 + text.length];
    refusal[0] = (byte) 0xFF;
    refusal[1] = (byte) number;
    refusal[2] = (byte) (number >> 8);
    System.arraycopy(text, 0, refusal, 3, text.length);
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      assertThat(client.value("SELECT 1")).isEqualTo("1");
      faults.mangle(piece -> RawMysqlClient.packet(0, refusal));
      node.admin("RECONNECT");
      Await.until("no connection is left", () -> node.servers().isEmpty());
      assertThatThrownBy(() -> client.value("SELECT 2"))
          .isInstanceOf(RawMysqlClient.ErrorReceived.class)
          .message()
          .matches("[0-9]+ [0-9A-Z]{5} .+");
      faults.mangle(null);
      Await.until(
          "there is a server again",
          () -> {
            try {
              return client.value("SELECT 3").equals("3");
            } catch (RawMysqlClient.ErrorReceived notYet) {
              return false;
            }
          });
    }
  }

  /** A server that is frozen holds up nobody for longer than it may, and is served from again. */
  @Test
  void aServerThatStallsAtItsLogInFailsThoseWhoWaitForIt() throws Exception {
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      assertThat(client.value("SELECT 1")).isEqualTo("1");
      node.admin("RECONNECT");
      faults.blackHole(true);
      assertThatThrownBy(() -> client.value("SELECT 2"))
          .isInstanceOf(RawMysqlClient.ErrorReceived.class);
      faults.blackHole(false);
      Await.until(
          "there is a server again",
          () -> {
            try {
              return client.value("SELECT 3").equals("3");
            } catch (RawMysqlClient.ErrorReceived notYet) {
              return false;
            }
          });
    }
  }
}
