package dev.heimdall.test.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No session ever sees another's state. {@code -Disolation.seconds} makes it longer (default 8),
 * {@code -Disolation.clients} larger (default 200), {@code -Disolation.seed} repeats a run as far
 * as threads allow.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SessionIsolationContract {
  static final int CLIENTS = Integer.getInteger("isolation.clients", 200);
  static final Duration TIME = Duration.ofSeconds(Integer.getInteger("isolation.seconds", 5));
  static final long SEED = Long.getLong("isolation.seed", System.nanoTime());

  /** How long a proxy that leaks may go on without being found out. */
  private static final Duration LEAKY = Duration.ofSeconds(10);

  @BeforeEach
  void begin() {
    prepare();
  }

  /** Starts a node in front of a server of the engine. */
  abstract RunningNode start(Consumer<TestConfiguration> wishes);

  /** Makes the database objects that clients use, anew where they have left something in them. */
  abstract void prepare();

  /** Clients of what listens at a port as the node does. */
  abstract IsolationRun.Clients clientsOf(int port) throws Exception;

  /** A proxy with so many server connections. */
  abstract LeakyProxy leaky(int connections) throws Exception;

  /** The kinds of what a session may see of another one. */
  abstract Stream<String> kinds();

  /** Waits until no session has left anything on the server, such as a lock. */
  abstract void awaitNothingLeft();

  @Test
  void hundredsOfSessionsOverFiveServerConnectionsSeeOnlyTheirOwn() throws Exception {
    try (RunningNode node =
        start(c -> c.node("loops", 2).vdb("pool.size", 5).vdb("pool.queueTimeout", "60s"))) {
      seeOnlyTheirOwn(node, clientsOf(node.port(TestConfiguration.VDB)));
    }
  }

  final Journal seeOnlyTheirOwn(RunningNode node, IsolationRun.Clients clients) throws Exception {
    Journal journal =
        IsolationRun.run(
            clients.getClass().getSimpleName(), CLIENTS, clients, TIME, SEED, Set.of());

    assertThat(journal.violations().stream().limit(3)).as("seed %d", SEED).isEmpty();
    assertThat(journal.steps()).isGreaterThan(CLIENTS);
    assertThat(node.servers()).hasSizeLessThanOrEqualTo(5);
    Await.until("server connections at rest", () -> node.clients().isEmpty());
    awaitNothingLeft();
    return journal;
  }

  final Journal foundOut(IsolationRun.Clients clients, Set<String> ignored) throws Exception {
    return IsolationRun.run("of a proxy that leaks", 40, clients, LEAKY, SEED, ignored);
  }

  @Test
  void aProxyThatLeaksIsFoundOut() throws Exception {
    try (LeakyProxy proxy = leaky(5)) {
      Journal journal = foundOut(clientsOf(proxy.port()), Set.of());

      assertThat(journal.violations()).hasSizeGreaterThanOrEqualTo(20);
      assertThat(journal.violations())
          .filteredOn(v -> v.kind().equals("setting"))
          .as("settings of other clients")
          .isNotEmpty()
          .allSatisfy(v -> assertThat(v.client()).isNotEmpty())
          .allSatisfy(v -> assertThat(v.server()).isNotEmpty());
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyKindOfLeakIsFoundOut(String kind) throws Exception {
    Set<String> others = new HashSet<>(kinds().toList());
    others.add("error");
    others.remove(kind);
    try (LeakyProxy proxy = leaky(5)) {
      Journal journal = foundOut(clientsOf(proxy.port()), others);

      assertThat(journal.violations()).extracting(Violation::kind).contains(kind);
    }
  }
}
