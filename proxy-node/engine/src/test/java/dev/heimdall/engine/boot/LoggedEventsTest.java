package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.observe.KeyValueLog;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.wire.ServerError;
import java.net.InetSocketAddress;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class LoggedEventsTest {
  private final Metrics metrics = new Metrics("1.2.3", 1, 10);
  private final LoggedEvents events =
      new LoggedEvents(
          new KeyValueLog(), new NodeEvents(Clock.systemUTC(), System::nanoTime), metrics);

  private String refused(ServerError why) {
    String before = metrics.scrape(false);
    events.refused("app", new InetSocketAddress("127.0.0.1", 1), "ann", "app", why);
    return metrics
        .scrape(false)
        .lines()
        .filter(line -> line.startsWith("heimdall_clients_refused_total") && !before.contains(line))
        .findFirst()
        .orElseThrow();
  }

  /** A server that starts or ends says the same as a node that drains. */
  @Test
  void aNodeThatStopsIsNoServerThatIsUnavailable() {
    assertThat(refused(ServerError.nodeStops())).contains("reason=\"draining\"");
    assertThat(refused(ServerError.nodeStops().asError().withHint("Connect to another.")))
        .contains("reason=\"draining\"");
    String words = ServerError.nodeStops().message();
    assertThat(refused(ServerError.fatal("57P03", words)))
        .contains("reason=\"server_unavailable\"");
  }
}
