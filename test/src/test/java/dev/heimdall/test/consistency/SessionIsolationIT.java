package dev.heimdall.test.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.pipelining.SharingNode;
import java.io.IOException;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The contract on PostgreSQL, also where sessions share server connections. */
@Tag("ci")
class SessionIsolationIT extends SessionIsolationContract {
  @Override
  void prepare() {
    PostgresIsolation.prepareDatabase();
  }

  @Override
  RunningNode start(Consumer<TestConfiguration> wishes) {
    return TestNode.start(wishes);
  }

  private static Target at(int port) {
    Target server = SharedPostgres.target();
    return new Target(
        "127.0.0.1", port, server.database(), server.user(), server.password(), false);
  }

  @Override
  IsolationRun.Clients clientsOf(int port) throws IOException {
    return PostgresIsolation.of(at(port), false);
  }

  @Override
  LeakyProxy leaky(int connections) throws IOException {
    return new LeakyPostgres(SharedPostgres.target(), connections);
  }

  @Override
  Stream<String> kinds() {
    return Stream.of("setting", "prepared", "table", "lock", "sequence");
  }

  @Override
  void awaitNothingLeft() {
    Await.until(
        "no lock left behind",
        () ->
            SharedPostgres.value(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid >= 900000")
                .equals("0"));
  }

  @Test
  void hundredsOfSessionsThatShareServerConnectionsSeeOnlyTheirOwn() throws Exception {
    try (SharingNode node = SharingNode.start(5, c -> {})) {
      long before = node.pipelined();

      Journal journal =
          seeOnlyTheirOwn(node.node(), PostgresIsolation.of(node.node().target(), true));

      long pipelined = node.pipelined() - before;
      System.out.printf(
          "session isolation: %d statements shared, %d behind others, %d repeated; not shared %s%n",
          pipelined, node.queued(), node.repeated(), node.unshared());
      assertThat(pipelined).as("statements that shared").isGreaterThan(journal.steps() * 3 / 10);
      assertThat(node.queued()).as("statements behind others").isPositive();
    }
  }

  @Test
  void aProxyThatLeaksIsFoundOutByClientsThatAreAlike() throws Exception {
    try (LeakyProxy proxy = leaky(5)) {
      Journal journal = foundOut(PostgresIsolation.of(at(proxy.port()), true), Set.of());

      assertThat(journal.violations())
          .as("rows as another client's settings say; this proxy keeps no client's time zone")
          .anyMatch(v -> v.what().matches("client \\d+: \\[(?!at\\]).* differs in .*"));
    }
  }
}
