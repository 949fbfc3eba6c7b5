package dev.heimdall.test.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.pipelining.SharingNode;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No session ever sees another's state. {@code -Disolation.seconds} makes it longer (default 30),
 * {@code -Disolation.clients} larger (default 200), {@code -Disolation.seed} repeats a run as far
 * as threads allow.
 */
class SessionIsolationIT {
  private static final int CLIENTS = Integer.getInteger("isolation.clients", 200);
  private static final Duration TIME =
      Duration.ofSeconds(Integer.getInteger("isolation.seconds", 8));
  private static final long SEED = Long.getLong("isolation.seed", System.nanoTime());

  @BeforeAll
  static void prepare() {
    IsolationRun.prepareDatabase();
  }

  @Test
  void hundredsOfSessionsOverFiveServerConnectionsSeeOnlyTheirOwn() throws Exception {
    try (TestNode node =
        TestNode.start(
            c -> c.node("loops", 2).vdb("pool.size", 5).vdb("pool.queueTimeout", "60s"))) {
      seeOnlyTheirOwn(node, false);
    }
  }

  @Test
  void hundredsOfSessionsThatShareServerConnectionsSeeOnlyTheirOwn() throws Exception {
    try (SharingNode node = SharingNode.start(5, c -> {})) {
      long before = node.pipelined();

      Journal journal = seeOnlyTheirOwn(node.node(), true);

      long pipelined = node.pipelined() - before;
      System.out.printf(
          "session isolation: %d statements shared, %d behind others, %d repeated; not shared %s%n",
          pipelined, node.queued(), node.repeated(), node.unshared());
      assertThat(pipelined).as("statements that shared").isGreaterThan(journal.steps() * 3 / 10);
      assertThat(node.queued()).as("statements behind others").isPositive();
    }
  }

  private static Journal seeOnlyTheirOwn(TestNode node, boolean alike) throws Exception {
    Journal journal = IsolationRun.run(node.target(), CLIENTS, alike, TIME, SEED, Set.of());

    assertThat(journal.violations().stream().limit(3)).as("seed %d", SEED).isEmpty();
    assertThat(journal.steps()).isGreaterThan(CLIENTS);
    assertThat(node.servers()).hasSizeLessThanOrEqualTo(5);
    Await.until("server connections at rest", () -> node.clients().isEmpty());
    Await.until(
        "no lock left behind",
        () ->
            SharedPostgres.value(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid >= 900000")
                .equals("0"));
    return journal;
  }

  @Test
  void aProxyThatLeaksIsFoundOut() throws Exception {
    try (LeakyProxy proxy = new LeakyProxy(SharedPostgres.target(), 5)) {
      Journal journal =
          IsolationRun.run(proxy.target(), 40, Duration.ofSeconds(10), SEED, Set.of());

      assertThat(journal.violations()).hasSizeGreaterThanOrEqualTo(20);
      assertThat(journal.violations())
          .filteredOn(v -> v.what().matches("client \\d+: application_name is \"c\\d+_\\d+\" .*"))
          .as("names of other clients")
          .isNotEmpty()
          .allSatisfy(v -> assertThat(v.client()).isNotEmpty())
          .allSatisfy(v -> assertThat(v.server()).isNotEmpty());
    }
  }

  @Test
  void aProxyThatLeaksIsFoundOutByClientsThatAreAlike() throws Exception {
    try (LeakyProxy proxy = new LeakyProxy(SharedPostgres.target(), 5)) {
      Journal journal =
          IsolationRun.run(proxy.target(), 40, true, Duration.ofSeconds(10), SEED, Set.of());

      assertThat(journal.violations())
          .as("rows as another client's settings say; this proxy keeps no client's time zone")
          .anyMatch(v -> v.what().matches("client \\d+: \\[(?!at\\]).* differs in .*"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"setting", "prepared", "table", "lock", "sequence"})
  void everyKindOfLeakIsFoundOut(String kind) throws Exception {
    Set<String> others =
        Stream.of("setting", "prepared", "table", "lock", "sequence", "error")
            .filter(k -> !k.equals(kind))
            .collect(Collectors.toSet());
    try (LeakyProxy proxy = new LeakyProxy(SharedPostgres.target(), 5)) {
      Journal journal = IsolationRun.run(proxy.target(), 40, Duration.ofSeconds(10), SEED, others);

      assertThat(journal.violations()).extracting(Violation::kind).contains(kind);
    }
  }
}
