package dev.heimdall.test.it;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.NodeKind;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.function.Consumer;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that run once for each kind of node, each test with a node of its own settings. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.heimdall.test.fixture.NodeKind#chosen")
abstract class OwnNodeOfEachKind {
  @Parameter NodeKind kind;

  /** A node of this kind, with these settings on top. */
  final TestNode start(Consumer<TestConfiguration> wishes) {
    return TestNode.start(
        c -> {
          kind.into(c);
          wishes.accept(c);
        });
  }

  /** Has a client in a transaction give its server connection back: at its end, or its own. */
  final void letGo(RawClient holder) throws IOException {
    if (kind.multiplexes()) {
      holder.query("COMMIT");
    } else {
      holder.close();
    }
  }

  static void awaitWaiting(TestNode node, int count) {
    Await.until(
        count + " clients wait",
        () ->
            node.clients().stream().filter(row -> "waiting".equals(row.get("state"))).count()
                == count);
  }

  /** Waits until a server process has neither a transaction nor a lock. */
  static void awaitClean(String pid) {
    Await.until(
        "the server process " + pid + " is at rest or gone",
        () ->
            "t"
                .equals(
                    SharedPostgres.value(
                        "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s AND state <> 'idle')"
                                .formatted(pid)
                            + " AND NOT EXISTS (SELECT FROM pg_locks WHERE pid = %s)"
                                .formatted(pid))));
  }
}
