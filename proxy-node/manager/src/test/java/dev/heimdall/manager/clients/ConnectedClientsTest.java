package dev.heimdall.manager.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.FleetReports;
import dev.heimdall.manager.fleet.Look;
import dev.heimdall.manager.fleet.SeenNode;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The clients of several nodes, as somebody looks at them. */
class ConnectedClientsTest {
  private static final Wish ALL = wish("", "");

  private final AtomicLong nanos = new AtomicLong();
  private final Fleet fleet = new Fleet(Clock.systemUTC());
  private final ConnectedClients clients = new ConnectedClients(fleet, nanos::get);
  private long time;

  private static Wish wish(String node, String user) {
    return new Wish(node, "", user, "", "", "", "", "", "");
  }

  /** A node reports, with the clients of each look. */
  private void report(String node, String clients) throws Exception {
    Map<String, JsonNode> sections = Map.of("clients", Answer.JSON.readTree(clients));
    SeenNode seen =
        new SeenNode(
            node,
            "run",
            1,
            "1",
            fleet.now(),
            "10.0.0.1",
            fleet.now(),
            Duration.ofSeconds(2),
            sections,
            Optional.empty());
    assertThat(FleetReports.take(fleet, seen, ++time)).isTrue();
    this.clients.arrived(seen);
  }

  private static String rows(String look, String... sortsAndIds) {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < sortsAndIds.length; i += 2) {
      rows.append(rows.isEmpty() ? "" : ",")
          .append(
              "{\"sort\": \"%s\", \"id\": %s, \"user\": \"ann\", \"vdb\": \"shop\", \"address\": \"10.0.0.7\"}"
                  .formatted(sortsAndIds[i], sortsAndIds[i + 1]));
    }
    return "{\"%s\": {\"clients\": 9, \"matching\": %d, \"states\": {\"idle\": %d}, \"rows\": [%s]}}"
        .formatted(look, sortsAndIds.length / 2, sortsAndIds.length / 2, rows);
  }

  private String look() {
    return clients.of("a").get(0).id();
  }

  @Test
  void nodesAreAskedAsLongAsSomebodyLooks() throws Exception {
    report("a", "{}");
    assertThat(clients.of("a")).isEmpty();
    assertThat(clients.look(ALL).silent()).containsExactly("a");
    assertThat(clients.of("a")).singleElement().extracting(Look::parameters).isNotNull();
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
    assertThat(clients.of("a")).isEmpty();
  }

  @Test
  void rowsOfAllNodesAreInOneOrder() throws Exception {
    report("a", "{}");
    report("b", "{}");
    clients.look(ALL);
    report("a", rows(look(), "1", "11", "4", "14"));
    assertThat(clients.look(ALL).silent()).containsExactly("b");
    report("b", rows(look(), "2", "12", "3", "13"));
    ConnectedClients.Shown shown = clients.look(ALL);
    assertThat(shown.rows().stream().map(ConnectedClients.Row::id))
        .containsExactly(11L, 12L, 13L, 14L);
    assertThat(shown.clients()).isEqualTo(18);
    assertThat(shown.matching()).isEqualTo(4);
    assertThat(shown.states()).containsEntry("idle", 4L);
    assertThat(clients.who("b", 12)).isEqualTo("ann of shop from 10.0.0.7");
    assertThat(clients.who("a", 12)).isEmpty();
  }

  @Test
  void whoWaitsIsWokenByTheLastNode() throws Exception {
    report("a", "{}");
    clients.look(ALL);
    String look = look();
    Thread node =
        new Thread(
            () -> {
              try {
                report("a", rows(look, "1", "11"));
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    node.start();
    assertThat(clients.await(ALL, Duration.ofSeconds(30)).rows()).hasSize(1);
    node.join();
  }

  @Test
  void aNodeIsAskedForWhatIsForIt() throws Exception {
    report("a", "{}");
    report("b", "{}");
    clients.look(wish("b", "ann"));
    assertThat(clients.of("a")).isEmpty();
    assertThat(clients.of("b").get(0).parameters())
        .containsEntry("user", "ann")
        .doesNotContainKey("node");
  }

  @Test
  void fewLooksAreTakenAtATime() throws Exception {
    for (String user : List.of("a", "b", "c", "d")) {
      clients.look(wish("", user));
    }
    assertThatThrownBy(() -> clients.look(wish("", "e"))).isInstanceOf(Refusal.class);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
    clients.look(wish("", "e"));
  }
}
