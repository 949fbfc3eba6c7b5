package dev.heimdall.test.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import io.netty.util.internal.PlatformDependent;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client misbehaves: it may lose its session, and nobody else may notice. */
class ClientFaultsIT {
  private int descriptors;
  private TestNode node;
  private RawClient bystander;

  @BeforeAll
  static void warmUp() throws IOException {
    Rest.warmUp();
  }

  @BeforeEach
  void start() throws IOException {
    descriptors = Rest.descriptors();
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .node("loginTimeout", "2s")
                    .vdb("pool.size", 2)
                    .vdb("pool.queueTimeout", "20s"));
    bystander = RawClient.logIn(node.target());
  }

  @AfterEach
  void end() throws IOException {
    assertThat(bystander.value("SELECT 'unharmed'")).isEqualTo("unharmed");
    bystander.close();
    Rest.poolsOf(node);
    node.close();
    Rest.descriptorsLike(descriptors);
  }

  /** Requests that a client may be in the middle of. */
  static Stream<Arguments> requests() {
    String large = "x".repeat(200_000);
    return Stream.of(
        Arguments.of("query", Frontend.query("SELECT 'half'")),
        Arguments.of("large query", Frontend.query("SELECT '" + large + "'")),
        Arguments.of(
            "batch", Frontend.all(Frontend.statement("SELECT $1::text", "x"), Frontend.sync())),
        Arguments.of(
            "large bind",
            Frontend.all(Frontend.statement("SELECT $1::text", large), Frontend.sync())),
        Arguments.of("batch without sync", Frontend.statement("SELECT 1")),
        Arguments.of(
            "query in a failed batch",
            Frontend.all(Frontend.statement("SELECT 1/0"), Frontend.query("SELECT 1"))),
        Arguments.of(
            "transaction",
            Frontend.all(Frontend.query("BEGIN"), Frontend.query("SELECT txid_current()"))),
        Arguments.of("sleep", Frontend.query("SELECT pg_sleep(60)")),
        Arguments.of(
            "copy in",
            Frontend.all(
                Frontend.query("COPY pg_catalog.pg_largeobject FROM STDIN"),
                Frontend.copyData("1\n"))),
        Arguments.of("temporary table", Frontend.query("CREATE TEMP TABLE left_behind (a int)")),
        Arguments.of("lock", Frontend.query("SELECT pg_advisory_lock(4242)")),
        Arguments.of("large result", Frontend.query("SELECT repeat('x', 30000000)")));
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

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void aClientCutOffAnywhereLeavesNothingBehind(String name, byte[] request) throws IOException {
    Random random = new Random(request.length);
    for (int round = 0; round < 12; round++) {
      RawClient client = RawClient.logIn(node.target());
      int cut = round < 2 ? request.length : 1 + random.nextInt(request.length);
      client.sendPart(request, 0, cut);
      if (round % 2 == 0) {
        client.vanish();
      } else {
        client.close();
      }
    }
    Rest.poolsOf(node, 1);
    try (RawClient one = RawClient.logIn(node.target());
        RawClient two = RawClient.logIn(node.target())) {
      // Both places of the pool are there, and clean.
      one.query("BEGIN");
      two.query("BEGIN");
      for (RawClient client : List.of(one, two)) {
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
      assertThat(bystander.value("SELECT 'served'")).isEqualTo("served");
    }
  }

  @Test
  void aFloodOfSilentAndBabblingConnectionsIsClosedAndOthersGoOn() throws IOException {
    Random random = new Random(3);
    List<RawClient> flood = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      RawClient client = RawClient.connect(node.target());
      flood.add(client);
      byte[] garbage = new byte[1 + random.nextInt(60)];
      random.nextBytes(garbage);
      try {
        switch (i % 4) {
          case 0 -> {} // says nothing at all
          case 1 -> client.send(garbage);
          case 2 -> client.sendPart(Frontend.startup(0, java.util.Map.of("user", "app")), 0, 9);
          default -> client.startup(0); // asks to log in and never answers
        }
      } catch (IOException closed) {
        // refused already
      }
      if (i % 100 == 0) {
        assertThat(bystander.value("SELECT 'served'")).isEqualTo("served");
      }
    }
    try (RawClient late = RawClient.logIn(node.target())) {
      assertThat(late.value("SELECT 'let in'")).isEqualTo("let in");
    }
    for (RawClient client : flood) {
      assertThat(client.untilClosed()).allMatch(m -> m.type() == 'E' || m.type() == 'R');
      client.close();
    }
  }

  @Test
  void aClientThatDoesNotReadKeepsOnlyItsOwnServerConnection() throws IOException {
    List<RawClient> slow = new ArrayList<>();
    RawClient stuck = RawClient.connect(node.target(), 4096);
    slow.add(stuck);
    stuck.logIn(0);
    stuck.send(Frontend.query("SELECT repeat('x', 1000000) FROM generate_series(1, 300)"));
    long direct = PlatformDependent.usedDirectMemory();
    for (int i = 0; i < 50; i++) {
      assertThat(bystander.value("SELECT 'served'")).isEqualTo("served");
    }
    assertThat(PlatformDependent.usedDirectMemory() - direct)
        .as("300 MB are not read ahead")
        .isLessThan(64L << 20);
    for (RawClient client : slow) {
      client.vanish();
    }
  }

  @Test
  void anAnswerThatStillWaitsForItsReaderHoldsNoServerConnection() throws IOException {
    // Sizes around what the kernel's buffers take: of some answers only the tail is left with the
    // node when the server has sent all of it.
    List<RawClient> slow = new ArrayList<>();
    for (int kilobytes = 64; kilobytes <= 8192; kilobytes += kilobytes < 1024 ? 64 : 256) {
      RawClient client = RawClient.connect(node.target(), 4096);
      client.logIn(0);
      slow.add(client);
      client.send(Frontend.query("SELECT repeat('x', " + kilobytes * 1024 + ")"));
      if (slow.size() % 4 == 0) {
        slow.remove(0).vanish();
      }
      if (kilobytes >= 2048) {
        // beyond what any kernel takes: these hold their connection with good reason
        slow.remove(slow.size() - 1).vanish();
      }
      assertThat(bystander.value("SELECT 'served'")).isEqualTo("served");
    }
    for (RawClient client : slow) {
      client.vanish();
    }
  }

  @Test
  void aClientThatAsksAndNeverReadsIsHeldBack() throws IOException {
    RawClient greedy = RawClient.connect(node.target(), 4096);
    greedy.logIn(0);
    long direct = PlatformDependent.usedDirectMemory();
    byte[] query = Frontend.query("SELECT repeat('x', 10000)");
    Thread asking =
        new Thread(
            () -> {
              try {
                for (int i = 0; i < 20_000; i++) {
                  greedy.send(query);
                }
              } catch (IOException closed) {
                // vanished below
              }
            });
    asking.start();
    Await.until("held back", () -> asking.getState() != Thread.State.NEW);
    for (int i = 0; i < 200; i++) {
      assertThat(bystander.value("SELECT 'served'")).isEqualTo("served");
    }
    assertThat(PlatformDependent.usedDirectMemory() - direct)
        .as("200 MB of answers are not kept")
        .isLessThan(64L << 20);
    greedy.vanish();
  }

  @Test
  void aClientThatDoesNotReadIsEndedAllTheSame() throws IOException {
    RawClient stuck = RawClient.connect(node.target(), 4096);
    stuck.logIn(0);
    stuck.query("SET application_name = 'stuck'");
    stuck.send(Frontend.query("SELECT repeat('x', 1000000) FROM generate_series(1, 300)"));
    Await.until(
        "the answer is on its way",
        () -> node.clients().stream().anyMatch(row -> "active".equals(row.get("state"))));
    String id =
        node.clients().stream()
            .filter(row -> "stuck".equals(row.get("application_name")))
            .findFirst()
            .orElseThrow()
            .get("id");

    node.admin("KILL " + id);

    Await.until("the client has disconnected", () -> node.clients().size() == 1);
    stuck.vanish();
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
