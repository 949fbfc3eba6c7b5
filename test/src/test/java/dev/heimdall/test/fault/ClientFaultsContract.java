package dev.heimdall.test.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.WireClient;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A client of any protocol misbehaves: it may lose its session, and nobody else may notice. Nothing
 * is left of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClientFaultsContract {
  private static final int CUTS = 8;

  private int descriptors;
  private RunningNode node;
  private WireClient bystander;

  /** Bytes that a client may send after its log-in, of which it may be in the middle. */
  record Request(String name, byte[] bytes) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Starts a node in front of a server of the engine. */
  abstract RunningNode start(Consumer<TestConfiguration> wishes);

  /** A client that has not begun to log in. */
  abstract WireClient connect() throws IOException;

  /**
   * A client that has logged in.
   *
   * @param receiveBuffer bytes that the kernel takes for it; 0 for as many as it likes
   */
  abstract WireClient logIn(int receiveBuffer) throws IOException;

  abstract Stream<Request> requests();

  abstract byte[] query(String sql);

  /** A query with so many rows, each of a million bytes. */
  abstract String millions(int rows);

  /** The beginning of a log-in. */
  abstract byte[] halfLogIn();

  /** That nothing of another session is seen by these, who have all connections of the pool. */
  abstract void assertClean(List<WireClient> clients) throws IOException;

  RunningNode node() {
    return node;
  }

  WireClient bystander() {
    return bystander;
  }

  @BeforeAll
  void warmUp() throws IOException {
    node = start(c -> {});
    try (WireClient client = logIn(0)) {
      client.value("SELECT 1");
      node.clients();
    }
    node.close();
  }

  @BeforeEach
  void begin() throws IOException {
    descriptors = Rest.descriptors();
    node =
        start(
            c ->
                c.node("loops", 1)
                    .node("loginTimeout", "2s")
                    .vdb("pool.size", 2)
                    .vdb("clients.halfClosedTimeout", "1s")
                    .vdb("pool.queueTimeout", "20s"));
    bystander = logIn(0);
  }

  @AfterEach
  void end() throws IOException {
    assertServed();
    bystander.close();
    Rest.poolsOf(node);
    node.close();
    Rest.descriptorsLike(descriptors);
  }

  final void assertServed() throws IOException {
    assertThat(bystander.value("SELECT 'unharmed'")).isEqualTo("unharmed");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void aClientCutOffAnywhereLeavesNothingBehind(Request request) throws IOException {
    byte[] bytes = request.bytes();
    Random random = new Random(bytes.length);
    cutOff(
        bytes,
        IntStream.range(0, CUTS).map(i -> i < 2 ? bytes.length : 1 + random.nextInt(bytes.length)));
  }

  @ParameterizedTest(name = "{0}")
  @Tag("long")
  @MethodSource("requests")
  void aClientCutOffAtAnyByteLeavesNothingBehind(Request request) throws IOException {
    byte[] bytes = request.bytes();
    cutOff(bytes, IntStream.range(1, Math.min(bytes.length, 300)));
  }

  private void cutOff(byte[] request, IntStream cuts) throws IOException {
    for (int cut : cuts.toArray()) {
      WireClient client = logIn(0);
      client.sendPart(request, 0, cut);
      if (cut % 2 == 0) {
        client.vanish();
      } else {
        client.close();
      }
    }
    Rest.poolsOf(node, 1);
    try (WireClient one = logIn(0);
        WireClient two = logIn(0)) {
      List<WireClient> both = List.of(one, two);
      for (WireClient client : both) {
        client.send(query("BEGIN"));
      }
      Await.until("both have begun", () -> one.hasInput() && two.hasInput());
    }
    try (WireClient one = logIn(0);
        WireClient two = logIn(0)) {
      assertClean(List.of(one, two));
    }
  }

  @Test
  void aFloodOfSilentAndBabblingConnectionsIsClosedAndOthersGoOn() throws IOException {
    Random random = new Random(3);
    List<WireClient> flood = new ArrayList<>();
    byte[] half = halfLogIn();
    for (int i = 0; i < 1000; i++) {
      WireClient client = connect();
      flood.add(client);
      byte[] garbage = new byte[1 + random.nextInt(60)];
      random.nextBytes(garbage);
      try {
        switch (i % 4) {
          case 0 -> {} // says nothing at all
          case 1 -> client.send(garbage);
          case 2 -> client.sendPart(half, 0, 9);
          default -> client.send(half);
        }
      } catch (IOException closed) {
        // refused already
      }
      if (i % 100 == 0) {
        assertServed();
      }
    }
    try (WireClient late = logIn(0)) {
      assertThat(late.value("SELECT 'let in'")).isEqualTo("let in");
    }
    for (WireClient client : flood) {
      untilEnd(client);
      client.close();
    }
  }

  private static void untilEnd(WireClient client) {
    try {
      client.stream().readAllBytes();
    } catch (IOException reset) {
      // an end as well
    }
  }

  @Test
  void aClientThatDoesNotReadKeepsOnlyItsOwnServerConnection() throws IOException {
    WireClient stuck = logIn(4096);
    stuck.send(query(millions(300)));
    long direct = PlatformDependent.usedDirectMemory();
    for (int i = 0; i < 50; i++) {
      assertServed();
    }
    assertThat(PlatformDependent.usedDirectMemory() - direct)
        .as("300 MB are not read ahead")
        .isLessThan(64L << 20);
    stuck.vanish();
  }

  @Test
  void anAnswerThatStillWaitsForItsReaderHoldsNoServerConnection() throws IOException {
    // Sizes around what the kernel's buffers take: of some answers only the tail is left with the
    // node when the server has sent all of it.
    List<WireClient> slow = new ArrayList<>();
    for (int kilobytes = 64; kilobytes <= 8192; kilobytes += kilobytes < 1024 ? 64 : 256) {
      WireClient client = logIn(4096);
      slow.add(client);
      client.send(query("SELECT repeat('x', " + kilobytes * 1024 + ")"));
      if (slow.size() % 4 == 0) {
        slow.remove(0).vanish();
      }
      if (kilobytes >= 2048) {
        // beyond what any kernel takes: these hold their connection with good reason
        slow.remove(slow.size() - 1).vanish();
      }
      assertServed();
    }
    for (WireClient client : slow) {
      client.vanish();
    }
  }

  @Test
  void aClientThatAsksAndNeverReadsIsHeldBack() throws IOException {
    WireClient greedy = logIn(4096);
    long direct = PlatformDependent.usedDirectMemory();
    byte[] query = query("SELECT repeat('x', 10000)");
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
      assertServed();
    }
    assertThat(PlatformDependent.usedDirectMemory() - direct)
        .as("200 MB of answers are not kept")
        .isLessThan(64L << 20);
    greedy.vanish();
  }

  @Test
  void aClientThatDoesNotReadIsEndedAllTheSame() throws IOException {
    Set<String> others =
        node.clients().stream().map(row -> row.get("id")).collect(Collectors.toSet());
    WireClient stuck = logIn(4096);
    stuck.send(query(millions(300)));
    Await.until(
        "the answer is on its way",
        () -> node.clients().stream().anyMatch(row -> "active".equals(row.get("state"))));
    String id =
        node.clients().stream()
            .map(row -> row.get("id"))
            .filter(each -> !others.contains(each))
            .findFirst()
            .orElseThrow();

    node.admin("KILL " + id);

    Await.until("the client has disconnected", () -> node.clients().size() == 1);
    stuck.vanish();
  }
}
