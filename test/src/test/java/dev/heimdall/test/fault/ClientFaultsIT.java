package dev.heimdall.test.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.fixture.WireClient;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract on PostgreSQL, and what its protocol alone has. */
@Tag("ci")
class ClientFaultsIT extends ClientFaultsContract {
  private TestNode node;

  @Override
  RunningNode start(Consumer<TestConfiguration> wishes) {
    node = TestNode.start(wishes);
    return node;
  }

  @Override
  WireClient connect() throws IOException {
    return RawClient.connect(node.target());
  }

  @Override
  WireClient logIn(int receiveBuffer) throws IOException {
    return RawClient.connect(node.target(), receiveBuffer).logIn(0);
  }

  @Override
  byte[] query(String sql) {
    return Frontend.query(sql);
  }

  @Override
  String millions(int rows) {
    return "SELECT repeat('x', 1000000) FROM generate_series(1, " + rows + ")";
  }

  @Override
  byte[] halfLogIn() {
    return Frontend.startup(0, Map.of("user", "app", "database", "app"));
  }

  @Override
  void assertClean(List<WireClient> clients) throws IOException {
    for (WireClient client : clients) {
      client.value("BEGIN"); // keeps one of the two
      assertThat(
              client.value(
                  "SELECT count(*) FROM pg_class WHERE relname = 'left_behind' AND pg_table_is_visible(oid)"))
          .isEqualTo("0");
      assertThat(
              client.value(
                  "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"))
          .isEqualTo("0");
    }
  }

  @Override
  Stream<Request> requests() {
    String large = "x".repeat(200_000);
    return Stream.of(
        new Request("query", Frontend.query("SELECT 'half'")),
        new Request("large query", Frontend.query("SELECT '" + large + "'")),
        new Request(
            "batch", Frontend.all(Frontend.statement("SELECT $1::text", "x"), Frontend.sync())),
        new Request(
            "large bind",
            Frontend.all(Frontend.statement("SELECT $1::text", large), Frontend.sync())),
        new Request("batch without sync", Frontend.statement("SELECT 1")),
        new Request(
            "query in a failed batch",
            Frontend.all(Frontend.statement("SELECT 1/0"), Frontend.query("SELECT 1"))),
        new Request(
            "transaction",
            Frontend.all(Frontend.query("BEGIN"), Frontend.query("SELECT txid_current()"))),
        new Request("sleep", Frontend.query("SELECT pg_sleep(60)")),
        new Request(
            "copy in",
            Frontend.all(
                Frontend.query("COPY pg_catalog.pg_largeobject FROM STDIN"),
                Frontend.copyData("1\n"))),
        new Request("temporary table", Frontend.query("CREATE TEMP TABLE left_behind (a int)")),
        new Request("lock", Frontend.query("SELECT pg_advisory_lock(4242)")),
        new Request("large result", Frontend.query("SELECT repeat('x', 30000000)")));
  }

  @Test
  void aRowIsNeverFilledUpWithAnError() throws IOException {
    try (RawClient client = RawClient.connect(node.target(), 64 << 10).logIn(0)) {
      client.send(Frontend.query("SELECT repeat('x', 30000000)"));
      assertThat(client.receive().type()).isEqualTo('T');
      assertThat(client.receiveByte()).isEqualTo('D');
      DataInputStream row = client.stream();
      // The row's length, how many columns it has, and the column's length.
      row.readFully(new byte[4 + 2 + 4]);

      client.send(new byte[] {'!', 0, 0, 0, 4});

      byte[] buffer = new byte[1 << 16];
      for (int read = row.read(buffer); read >= 0; read = row.read(buffer)) {
        for (int i = 0; i < read; i++) {
          assertThat((char) buffer[i]).isEqualTo('x');
        }
      }
    } catch (SocketException reset) {
      // an end as well
    }
  }

  static Stream<Arguments> garbage() {
    byte[] random = new byte[3000];
    new Random(7).nextBytes(random);
    random[0] = (byte) 0x80;
    return Stream.of(
        Arguments.of("unknown type", Frontend.message('?', new byte[10])),
        Arguments.of("a server's message", Frontend.message('T', new byte[10])),
        Arguments.of("type zero", Frontend.message('\0', new byte[0])),
        Arguments.of("password after log-in", Frontend.message('p', new byte[10])),
        Arguments.of("length too small", new byte[] {'Q', 0, 0, 0, 3}),
        Arguments.of("negative length", new byte[] {'Q', -1, -1, -1, -1, 1}),
        Arguments.of("absurd length", new byte[] {'Q', 0x7f, -1, -1, -1}),
        Arguments.of("query without end", new byte[] {'Q', 0, 0, 0, 6, 'x', 'y'}),
        Arguments.of("empty query message", new byte[] {'Q', 0, 0, 0, 4}),
        Arguments.of("random", random));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("garbage")
  void garbageAfterTheLogInEndsThatClientWithAProtocolViolation(String name, byte[] bytes)
      throws IOException {
    for (String before : new String[] {null, "BEGIN"}) {
      try (RawClient client = RawClient.logIn(node.target())) {
        if (before != null) {
          client.query(before);
        }
        client.send(bytes, Frontend.query("SELECT 'must not run'"));

        List<Message> answer = client.untilClosed();

        assertThat(answer).extracting(Message::type).containsExactly('E');
        assertThat(answer.get(0).fields().get('V')).isEqualTo("FATAL");
        assertThat(answer.get(0).sqlState()).isIn("08P01", "54000");
      }
    }
  }

  @Test
  void garbageBehindAHalfBatchLeavesTheServerConnectionInStep() throws IOException {
    byte[] bad = {'Q', 0x11, 0, 0, 1, 0};
    for (byte[] before :
        List.of(
            Frontend.sync(),
            Frontend.statement("SELECT 1"),
            Frontend.all(Frontend.statement("SELECT 1"), Frontend.sync()),
            Frontend.parse("p", "SELECT 2"),
            Frontend.all(Frontend.query("BEGIN"), Frontend.query("SELECT 3")))) {
      for (int i = 0; i < 3; i++) {
        try (RawClient client = RawClient.logIn(node.target())) {
          client.query("BEGIN");
          client.send(before, bad);
          client.untilClosed();
        }
      }
      assertServed();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void bytesThatTrickleInMakeWholeStatements(int size) throws IOException {
    byte[] requests =
        Frontend.all(
            Frontend.query("SELECT 'simple'"),
            Frontend.parse("p", "SELECT $1::text"),
            Frontend.bind("", "p", "extended"),
            Frontend.describePortal(""),
            Frontend.execute("", 0),
            Frontend.sync(),
            Frontend.query("DEALLOCATE p"));
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int at = 0; at < requests.length; at += size) {
        client.sendPart(requests, at, Math.min(requests.length, at + size));
      }
      List<String> values = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        for (Message message : client.untilReady()) {
          if (message.type() == 'D') {
            values.add(message.columns().get(0));
          }
        }
      }
      assertThat(values).isEqualTo(Arrays.asList("simple", "extended"));
    }
  }
}
